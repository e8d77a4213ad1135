# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Every line of the script language on the real firmware: what it does, and that `expect` can fail."""

import pytest
from PIL import Image

READY = "expect status Available within 20\n"
PLUGGED = READY + "plug\nexpect status Preparing\n"
CHARGING = PLUGGED + "swipe 04A1B2C3\nexpect relay closed\nexpect result in StartTransaction\n"


def at(outcome, kind, **fields):
    """When that happened first, in seconds."""
    return outcome.all(kind, **fields)[0]["t"]


# What a person does.


def test_set_edits_the_drive_and_the_program_starts_again(simulate):
    simulate(
        READY
        + 'set charger.vendor="New & Co"\nset mqtt.keep_alive=30\n'
        + 'expect call out BootNotification {"chargePointVendor": "New & Co"} within 30\n'
        + 'set mqtt.broker=localhost\nexpect console "MQTT_BROKER means the charger itself" within 30\n'
    ).must_hold()


def test_set_may_empty_a_value(simulate):
    simulate(READY + 'set mqtt.username=\nexpect console "Connected to broker" within 30').must_hold()


def test_plug_and_unplug(simulate):
    outcome = simulate("wait 1\nplug\nwait 1\nplug\nwait 1\nunplug").must_hold()
    assert [(e["t"], e["plugged"]) for e in outcome.all("cable")] == [(0, False), (1, True), (3, False)]


def test_swipe_holds_the_card_for_half_a_second(simulate):
    outcome = simulate("wait 1\nswipe 04a1b2c3\nwait 2").must_hold()
    assert [(e["t"], e["uid"]) for e in outcome.all("card")] == [(0, None), (1, "04A1B2C3"), (1.5, None)]


def test_swipe_holds_the_card_as_long_as_it_is_told_and_waits_for_the_one_before(simulate):
    outcome = simulate("swipe 04A1B2C3D4E5F6 2\nswipe 0102030405060708090A 1\nwait 5").must_hold()
    assert [(e["t"], e["uid"]) for e in outcome.all("card")] == [
        (0, None),
        (0, "04A1B2C3D4E5F6"),
        (2, None),
        (2.5, "0102030405060708090A"),
        (3.5, None),
    ]


@pytest.mark.parametrize("uid", ["04A1B2C3", "04A1B2C3D4E5F6", "04A1B2C3D4E5F6A7B8C9"])
def test_a_card_of_every_length_is_read_and_once_only(simulate, uid):
    simulate(
        PLUGGED
        + f'swipe {uid} 3\nexpect call out Authorize {{"idTag": "{uid}"}}\nexpect no call out Authorize for 4'
    ).must_hold()


def test_press_and_release_estop(simulate):
    simulate(
        CHARGING + "press estop\nexpect relay open within 0.1\nrelease estop\nexpect status Faulted"
    ).must_hold()


def test_press_and_release_service(simulate):
    simulate(
        READY
        + "press estop\nexpect status Faulted\nrelease estop\npress service\nexpect status Available\nrelease service"
    ).must_hold()


def test_meter_counts_while_the_contactor_is_closed(simulate):
    outcome = simulate(
        READY
        + "meter 36\nwait 10\nplug\nexpect status Preparing\nswipe 04A1B2C3\nexpect relay closed\nwait 20\n"
        "swipe 04A1B2C3\nexpect result in StopTransaction"
    ).must_hold()
    closed_s = at(outcome, "card", uid="04A1B2C3") - at(outcome, "relay", closed=True)
    assert closed_s < 0, "the first card comes before the relay"
    opened = [e["t"] for e in outcome.all("relay", closed=False)][-1]
    # A pulse is 1 Wh: one may be under way when the contactor closes, and one when it opens.
    assert outcome.summary["energy_wh"] == pytest.approx(
        (opened - at(outcome, "contact", closed=True)) * 10, abs=2
    )


def test_wait_takes_its_time(simulate):
    assert simulate("wait 1.25\nwait .5").must_hold().summary["t"] == 1.75


# What happens to it.


def test_wifi_down_is_silent_and_up_comes_back(simulate):
    simulate(
        READY
        + 'wifi down\nexpect display "Not Connected" within 30\nwifi up\nexpect display "10.0.0.2" within 60'
    ).must_hold()


def test_a_half_open_link_keeps_what_was_sent_until_it_is_up(simulate):
    outcome = simulate(
        READY
        + "link half-open\nplug\nexpect no call out StatusNotification for 8\nlink up\nexpect status Preparing\n"
        'expect no call out BootNotification for 1\nexpect display "10.0.0.2" within 0'
    ).must_hold()
    assert not any("lost" in event["text"] for event in outcome.all("console"))


def test_a_link_that_stays_half_open_is_noticed_by_its_silence(simulate):
    simulate(
        READY + 'link half-open\nexpect console "lost (no answer to a ping in 5 s)" within 40\n'
        'expect console "not reachable (no answer: check mqtt.broker)" within 10\n'
        'link up\nexpect console "Connected to broker" within 70'
    ).must_hold()


def test_a_retained_call_is_given_at_every_subscription_and_not_before(simulate):
    outcome = simulate(
        READY + 'csms retained Reset {"type": "Hard"}\nwait 5\nbroker down\nbroker up\n'
        'expect console "Discarded a retained message" within 20\nbroker down\nbroker up\n'
        'expect console "Discarded a retained message" within 20\nexpect no result out Reset for 5'
    ).must_hold()
    assert [event["reason"] for event in outcome.all("reset")] == ["power"]


def test_an_answer_of_null_is_sent_as_it_is(simulate):
    outcome = simulate(
        "csms answer StatusNotification null\nexpect result in StatusNotification within 20\nwait 1"
    ).must_hold()
    answers = [event["frame"] for event in outcome.all("frame", dir="in") if event["frame"][0] == 3]
    assert answers[1][2] is None


@pytest.mark.parametrize("lines", ["reset", "brownout", "power off\npower on"])
def test_a_start_of_the_board_moves_every_mark_the_status_too(simulate, lines):
    outcome = simulate(READY + f"{lines}\nexpect status Available within 0")
    assert outcome.status == 1
    assert outcome.all("expect", ok=False)[0]["found"] == "no status was sent yet"
    simulate(
        READY + f"{lines}\nexpect call out BootNotification within 40\nexpect status Available within 20"
    ).must_hold()


def test_broker_down_is_noticed_at_once_and_up_comes_back(simulate):
    simulate(
        READY + 'broker down\nexpect console "broker.simulated:1883" within 2\nplug\n'
        "expect no call out StatusNotification for 5\nbroker up\nexpect status Preparing within 60"
    ).must_hold()


def test_power_off_and_on_starts_again_and_time_goes_on(simulate):
    outcome = simulate(
        READY + "power off\nwait 10\npower on\nexpect call out BootNotification within 20"
    ).must_hold()
    assert [e["on"] for e in outcome.all("power")] == [True, False, True]
    assert [e["reason"] for e in outcome.all("reset")] == ["power", "power"]
    off, on = (e["t"] for e in outcome.all("power")[1:])
    assert round(on - off, 6) == 10


def test_reset_starts_again(simulate):
    outcome = simulate(
        READY + "expect call out BootNotification\nreset\nexpect call out BootNotification within 20"
    ).must_hold()
    assert [e["reason"] for e in outcome.all("reset")] == ["power", "button"]


def test_fail_and_repair_display(simulate):
    outcome = simulate(
        READY
        + 'expect display "Available"\nfail display\nwait 1\nrepair display\nexpect display "Available" within 60'
    ).must_hold()
    assert outcome.summary["ok"]


def test_fail_and_repair_reader(simulate):
    simulate(
        READY + "fail reader\n"
        'expect call out StatusNotification {"errorCode": "ReaderFailure"} within 30\n'
        'repair reader\nexpect call out StatusNotification {"errorCode": "NoError"} within 60\n'
        "swipe 04A1B2C3\nexpect call out Authorize"
    ).must_hold()


def test_fail_and_repair_led(simulate):
    simulate(
        READY + "expect led 001400\nfail led\nexpect led 000000\nrepair led\nexpect led 001400 within 30"
    ).must_hold()


def test_fail_and_repair_meter(simulate):
    outcome = simulate(
        CHARGING
        + "meter 36\nwait 10\nfail meter\nwait 10\nrepair meter\nwait 10\nswipe 04A1B2C3\nexpect result in StopTransaction"
    ).must_hold()
    assert outcome.summary["energy_wh"] == pytest.approx(200, abs=2)


# What the central system does.


def test_csms_offline_online_and_unknown_are_kept_by_the_broker(simulate):
    simulate(
        READY + 'csms offline\nexpect console "Central system offline" within 1\nbroker down\nbroker up\n'
        'expect console "Central system offline" within 20\ncsms online\nexpect console "no longer offline" within 1\n'
        'csms offline\nexpect console "Central system offline" within 1\n'
        'csms unknown\nexpect console "no longer offline" within 1\nbroker down\nbroker up\n'
        'expect console "Connected to broker" within 20'
    ).must_hold()


def test_csms_answer(simulate):
    simulate(
        'csms answer BootNotification {"status": "Accepted", "currentTime": "2026-01-01T00:00:00Z", "interval": 4} always\n'
        'expect result in BootNotification {"interval": 4} within 20\nexpect call out Heartbeat within 6'
    ).must_hold()


def test_csms_answer_is_given_as_often_as_asked(simulate):
    refused = '{"idTagInfo": {"status": "Expired"}}'
    simulate(
        PLUGGED
        + f"csms answer Authorize {refused} 2\n"
        + f"swipe 04A1B2C3\nexpect result in Authorize {refused}\n" * 2
        + 'swipe 04A1B2C3\nexpect result in Authorize {"idTagInfo": {"status": "Accepted"}}'
    ).must_hold()


def test_csms_error(simulate):
    simulate(
        PLUGGED + "csms error Authorize InternalError\nswipe 04A1B2C3\n"
        'expect error in Authorize {"errorCode": "InternalError"}\nexpect no call out StartTransaction for 3'
    ).must_hold()


def test_csms_silent(simulate):
    simulate(
        PLUGGED
        + "csms silent Authorize\nswipe 04A1B2C3\nexpect call out Authorize\nexpect no result in Authorize for 3"
    ).must_hold()


def test_csms_delay(simulate):
    simulate(
        PLUGGED + "csms delay Authorize 4\nswipe 04A1B2C3\nexpect call out Authorize\n"
        "expect no result in Authorize for 3.9\nexpect result in Authorize within 0.5\nexpect relay closed"
    ).must_hold()


def test_csms_duplicate(simulate):
    outcome = simulate(
        PLUGGED
        + "csms duplicate Authorize\nswipe 04A1B2C3\nexpect result in Authorize\nexpect result in Authorize\nwait 5"
    ).must_hold()
    assert outcome.summary["sessions"] == 1


def test_csms_call(simulate):
    simulate(
        CHARGING + 'csms call RemoteStopTransaction {"transactionId": 1}\n'
        'expect call in RemoteStopTransaction\nexpect result out RemoteStopTransaction {"status": "Accepted"}\n'
        'expect relay open\nexpect call out StopTransaction {"reason": "Remote"}'
    ).must_hold()


def test_csms_call_without_a_payload_has_a_valid_one(simulate):
    simulate(
        READY + 'csms call Reset\nexpect call in Reset {"type": "Soft"}\nexpect result out Reset'
    ).must_hold()


def test_csms_raw_text_and_bytes(simulate):
    outcome = simulate(
        READY
        + 'csms raw "[2, \\"raw-1\\", \\"Foo\\", {}]"\nexpect error out Foo {"errorCode": "NotImplemented"}\n'
        "csms raw hex:fe00\nwait 2"
    ).must_hold()
    assert outcome.all("frame", dir="in")[-1]["frame"] == "�\x00"


# What is expected, and fails when it is not so.


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("expect relay closed within 1", "the relay is open"),
        ("expect lock locked within 1", "the lock is unlocked"),
        ("expect led 140000 within 1", "the LED shows 141414"),
        ('expect display "Charging" within 1', "the display shows"),
        ("expect status Charging within 1", "the last status is Preparing"),
        ("expect call out Authorize within 1", "since the last match"),
        ("expect result in Authorize within 1", "since the last match"),
        ("expect error out Authorize within 1", "nothing since the last match"),
        ("expect no call out StatusNotification for 3", "StatusNotification"),
        ('expect console "no such line" within 1', "since the last match"),
    ],
)
def test_a_failed_expectation_ends_the_script_and_tells_what_was_found(simulate, line, found):
    outcome = simulate(READY + f'expect display "Available"\nplug\n{line}\nreset')
    assert outcome.status == 1
    assert found in outcome.found
    assert not outcome.summary["ok"]
    assert len(outcome.all("reset")) == 1, "the line behind it was not carried out"


@pytest.mark.parametrize(
    "line",
    [
        "expect relay closed",
        "expect lock locked",
        "expect led 000014",
        'expect display "Charging"',
        "expect status Charging",
        "expect call out MeterValues within 70",
        "expect result in MeterValues within 70",
        "expect no call out StopTransaction for 10",
        'expect console "relay  closed"',
    ],
)
def test_an_expectation_that_holds(simulate, line):
    outcome = simulate(CHARGING + line).must_hold()
    assert outcome.all("expect")[-1]["text"] == line


def test_a_display_without_power_shows_nothing(simulate):
    outcome = simulate(
        READY + 'expect display "Available"\nfail display\nexpect display "Available" within 1'
    )
    assert outcome.status == 1
    assert outcome.found == "the display is off"


def test_snapshot_goes_beside_the_script(simulate, tmp_path):
    outcome = simulate(READY + 'expect display "Available"\nsnapshot oled.png').must_hold()
    rows = outcome.all("display")[-1]["rows"]
    with Image.open(tmp_path / "oled.png") as picture:
        zoom = picture.width // 128
        lit = [
            [any(picture.getpixel((x * zoom, y * zoom))) for x in range(128)]
            for y in range(picture.height // zoom)
        ]
    assert lit == [[bit == "1" for bit in f"{int(row, 16):0128b}"] for row in rows]


def test_what_the_charger_does_not_have_is_refused_before_boot(simulate):
    outcome = simulate(
        "plug\npress estop\nfail meter", settings={"HARDWARE_ESTOP_PIN": "none", "HARDWARE_METER_PIN": "none"}
    )
    assert outcome.status == 2
    (error,) = outcome.events
    assert [problem.split(": ", 1)[1] for problem in error["problems"]] == [
        "press estop: this charger has no estop button: set [hardware] estop_pin to its pin",
        "fail meter: this charger has no meter: it is switched off in the [hardware] settings",
    ]


def test_weld_stuck_open_and_repair_the_contactor(simulate):
    outcome = simulate(
        READY
        + "weld\nexpect contact closed within 0\nexpect status Faulted\nrepair contactor\nexpect contact open\n"
        "stuck open\nwait 1\nexpect contact open within 0\nrepair contactor"
    ).must_hold()
    assert [e["closed"] for e in outcome.all("contact")] == [False, True, False]
    assert not any(e["closed"] for e in outcome.all("relay"))
