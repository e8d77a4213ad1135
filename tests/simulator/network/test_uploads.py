# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""GetDiagnostics on the charger as deployed: what goes up, and that no server keeps it from its work."""

import itertools

import pytest
from chargerctl.simulator.network.http_server import BEHAVIOURS

# None of them may leave the board with the diagnostics.
PRIVATE = {
    "wifi__ssid": "geheim-café",
    "wifi__password": "wifi-geheim",
    "mqtt__username": "geheimrat",
    "mqtt__password": "mqtt-geheim",
    "web__api_password": "web-geheim",
}


def ask(charger, **payload):
    call = {"location": "http://files.example/logs", "retries": 0, **payload}
    charger.network.to_charger(charger.scene.central.call("GetDiagnostics", call))


def told(charger):
    """The statuses that the central system was told, without repetitions."""
    return [status for status, _ in itertools.groupby(charger.told)]


def listen_to(charger):
    charger.told = []

    def listen(event):
        if (
            event["kind"] == "frame"
            and event["dir"] == "out"
            and "DiagnosticsStatusNotification" in event["frame"]
        ):
            charger.told.append(event["frame"][3]["status"])

    charger.scene.listen(listen)
    return charger


@pytest.fixture
def listening(charger):
    return listen_to(charger)


def ended(charger):
    return charger.told and charger.told[-1] != "Uploading"


@pytest.mark.requirement(
    "SPEC 5.9", "An upload that fails never stops the charger: each wait for the server ends."
)
def test_no_server_holds_the_charger_up_for_longer_than_declared(listening):
    charger = listening
    charger.on()
    charger.until(lambda: charger.ready, 60)
    for how in BEHAVIOURS:
        charger.network.http.how = how
        for scheme in ("http", "https"):
            charger.told.clear()
            ask(charger, location=f"{scheme}://files.example/logs")
            charger.until(lambda: ended(charger), 40)
            assert told(charger)[0] == "Uploading"
            good = how in ("up", "post")
            assert told(charger)[-1] == ("Uploaded" if good else "UploadFailed"), (how, scheme)
    # Neither the watchdog nor a budget of the loop was overrun.
    assert charger.resets == []
    assert charger.said("loop") == []
    assert charger.network.http.methods.count("POST") == 2
    assert all(upload.path.startswith("/logs/") for upload in charger.network.http.uploads)
    charger.serves()


def test_a_short_watchdog_makes_the_waits_shorter(make_charger):
    charger = make_charger(safety__watchdog_seconds="2")
    charger.on()
    charger.until(lambda: charger.ready, 60)
    charger.network.http.how = "silent"
    ask(charger)
    charger.until(lambda: charger.said("UploadFailed: files.example: no answer in time"), 20)
    charger.wait(5)
    assert charger.resets == []


OWN = b"""
MY_TOKEN = "own-geheim"
CHARGER_OCPP_CONNECTION_TIMEOUT = 40  # as geheim as it gets
# CHARGER_MQTT_BROKER = "geheim.example"
"""


@pytest.mark.requirement("SPEC 5.9", "The file has no secrets, and the lines of the time that was asked for.")
def test_the_file_has_the_log_the_keys_and_the_settings_but_nothing_private(make_charger):
    charger = make_charger(**PRIVATE)
    charger.board.drive.edit("/settings.toml", lambda data: data + OWN)
    charger.on()
    charger.until(lambda: charger.ready, 60)
    uploads = charger.network.http.uploads
    ask(charger)
    charger.until(lambda: uploads, 20)
    text = uploads[-1].text
    for part in (
        "firmware ",
        "memory ",
        "MeterValuesSampledData = Energy.Active.Import.Register\n",
        'CHARGER_MQTT_BROKER = "',
        "CHARGER_OCPP_CONNECTION_TIMEOUT = 40\n",
        "wifi   Connected to ..., address 1",
        "ocpp   BootNotification accepted",
        "received call GetDiagnostics",
    ):
        assert part in text, text
    assert "geheim" not in text
    assert not any(word in text for word in ("PASSWORD", "USERNAME", "WIFI"))
    assert uploads[-1].headers["host"] == "files.example"
    assert int(uploads[-1].headers["content-length"]) == len(text.encode())
    # The power came at 07:30:00.
    ask(
        charger,
        startTime="2026-11-22T07:30:10Z",
        stopTime="2026-11-22T07:30:14Z",
        location="http://files.example:80/a",
    )
    charger.until(lambda: len(uploads) == 2, 20)
    assert "BootNotification accepted" in uploads[-1].text
    assert "boot   firmware" not in uploads[-1].text
    assert "received call GetDiagnostics" not in uploads[-1].text.split("BootNotification accepted")[0]
    # Of a full ring, what is left of the oldest line is not shown.
    for _ in range(40):
        charger.network.to_charger(charger.scene.central.call("DataTransfer", {"vendorId": "x"}))
        charger.wait(0.2)
    ask(charger)
    charger.until(lambda: len(uploads) == 3, 20)
    log = uploads[-1].text.partition("\nLog\n")[2].splitlines()
    assert len(log) > 20
    assert all(line.startswith("[") for line in log)
    assert "boot   firmware" not in uploads[-1].text


@pytest.mark.requirement(
    "SPEC 5.9", "The upload waits until no car charges, and gives way to one that begins."
)
def test_a_session_goes_first(make_charger):
    charger = listen_to(make_charger())
    charger.on()
    charger.until(lambda: charger.ready, 60)
    charger.world.plug()
    charger.wait(2)
    charger.world.swipe("04A2B3C4")
    charger.until(lambda: charger.world.relay_closed, 20)
    ask(charger, retries=3, retryInterval=60)
    charger.wait(30)
    assert charger.told == []
    charger.world.unplug()
    charger.until(lambda: "Uploaded" in charger.told, 30)
    # One that begins while the name is looked up.
    charger.told.clear()
    charger.network.faults.dns_hangs = True
    ask(charger, retries=3, retryInterval=60, location="http://elsewhere.example/")
    charger.until(lambda: "Uploading" in charger.told, 10)
    charger.world.plug()
    charger.wait(1)
    charger.world.swipe("04A2B3C4")
    charger.until(lambda: charger.world.relay_closed, 10)
    charger.until(lambda: charger.said("gives way to a session"), 1)
    charger.network.faults.dns_hangs = False
    charger.network.serve("elsewhere.example", 80, charger.network.http)
    charger.wait(20)
    assert told(charger) == ["Uploading"]
    charger.world.unplug()
    charger.until(lambda: "Uploaded" in charger.told, 30)
    assert told(charger) == ["Uploading", "Uploaded"]
