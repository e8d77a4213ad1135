# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The page of all chargers."""

import re
from datetime import UTC, datetime

import pytest
from chargerctl.central.books import owner
from chargerctl.central.books.interface import BooksError
from chargerctl.central.books.owner import Card
from chargerctl.central.live.read import read_states
from chargerctl.central.settings import CentralSettings
from chargerctl.central.web.sessions.router import router as sessions_router
from chargerctl.settings.kinds import HostPort, HostPorts

from tests.host.central.books.charger import NOW, call
from tests.host.central.web.chargers.conftest import text, tile
from tests.host.central.web.visitor import Visitor


def iso(seconds):
    return datetime.fromtimestamp(NOW + seconds, UTC).isoformat().replace("+00:00", "Z")


def test_a_tile_shows_the_session_that_runs(site, page):
    with site.books.writing() as connection:
        owner.put_cards(connection, [Card("04A1B2C3", name="Ana")], NOW)
    charger = site.charger("GA001", "Charging", name="Hall")
    number = charger.start(timestamp=iso(-1800))
    charger.meter("4410", transaction=number, time=iso(-30))
    charger.meter("7230", transaction=number, time=iso(-30), measurand="Power.Active.Import", unit="W")
    html = page()
    shown = text(tile(html, "GA001"))
    for each in ("Hall", "GA001", "Charging", "7.2 kW", "3.41 kWh", "Ana", "MQTT"):
        assert each in shown
    assert 'href="/chargers/GA001"' in tile(html, "GA001")
    assert 'data-since="2026-11-22T07:00:00.000+00:00"' in tile(html, "GA001")
    assert "7.2 kW" in text(html.split('id="chargers"')[0])
    assert "sign-bolt" in tile(html, "GA001")


def test_a_session_whose_card_has_no_name_shows_its_number_and_what_is_not_known_is_a_dash(site, page):
    site.charger("GA001", "Charging").start()
    assert "\N{EN DASH} kW 0.00 kWh" in text(tile(page(), "GA001"))
    assert "04A1B2C3" in text(tile(page(), "GA001"))


def test_power_that_is_not_known_is_not_counted_as_nothing(site, page):
    def head():
        return text(page().split('id="chargers"')[0])

    assert "Power 0.0 kW Energy" in head()
    site.charger("GA001", "Charging").start()
    assert "Power \N{EN DASH} kW, 1 unknown Energy" in head()
    other = site.charger("GA002", "Charging")
    power = {"measurand": "Power.Active.Import", "unit": "kW"}
    other.meter("11", transaction=other.start(), time=iso(-30), **power)
    assert "Power 11.0 kW, 1 unknown Energy" in head()


def test_a_session_whose_stop_never_came_stays_in_the_energy_of_today(site, page):
    charger = site.charger("GA001", "Charging")
    charger.meter("1640", transaction=charger.start(timestamp=iso(-1800)), time=iso(-600))
    assert "Energy today 0.64 kWh" in text(page())
    charger.start(timestamp=iso(-300), meterStart=1700)
    assert "Energy today 0.64 kWh" in text(page())


# Of OCPP 1.6, 7.7: what the chip says, and what the picture shows.
STATUSES = [
    ("Available", "Available", "led-green"),
    ("Preparing", "Preparing", "maybe"),
    ("Charging", "Charging", "sign-bolt"),
    ("SuspendedEVSE", "Paused", "led-violet"),
    ("SuspendedEV", "Paused by the car", "led-navy"),
    ("Finishing", "Finished", "sign-done"),
    ("Reserved", "Reserved", "sign-clock"),
    ("Unavailable", "Out of service", "sign-stop"),
    ("Faulted", "Fault", "sign-fault"),
]


@pytest.mark.parametrize(("status", "name", "drawn"), STATUSES)
def test_every_status_has_a_name_and_a_picture(site, page, status, name, drawn):
    site.charger("GA001", status)
    html = tile(page(), "GA001")
    assert re.search(rf'class="chip \w+">{name}<', html)
    assert drawn in re.search('class="(drawing[^"]*)"', html)[1].split()


def test_a_charger_of_several_connectors_shows_each(site, page):
    site.charger("GA001", "Charging", "Available", "Faulted")
    assert "Fault 1 Charging 2 Available 3 Fault" in text(tile(page(), "GA001"))


def test_the_tile_of_a_charger_with_very_many_connectors_is_no_longer(site, page):
    site.charger("GA001", *["Available"] * 20)
    assert "4 Available and 16 more" in text(tile(page(), "GA001"))


def test_an_error_is_told_in_the_charger_s_words(site, page):
    charger = site.charger("GA001")
    site.status(charger, "Faulted", error="ConnectorLockFailure", info="the lock does not move")
    assert "ConnectorLockFailure: the lock does not move" in text(tile(page(), "GA001"))


def test_one_that_is_offline_shows_when_it_was_seen_and_what_it_told_last(site, page):
    site.charger("GA001", "Charging", online=False)
    html = tile(page(), "GA001")
    assert "Offline" in text(html)
    assert 'seen <time datetime="2026-11-22T07:30:00.000+00:00">' in html
    assert {"lost", "sign-bolt", "led-off"} <= set(re.search('class="(drawing[^"]*)"', html)[1].split())


def test_sums_stand_above(site, page):
    charger = site.charger("GA001", "Charging")
    site.charger("GA002", "Available")
    site.charger("GA003", "Available")
    number = charger.start(timestamp=iso(-1800))
    charger.meter("2500", transaction=number, time=iso(-60))
    head = text(page().split('id="chargers"')[0])
    assert "Energy today 1.50 kWh" in head
    assert "All 3 Charging 1 Available 2" in head


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_energy_today_is_what_was_charged_since_the_viewers_midnight(kind, site, client):
    """NOW is half past seven in the morning in UTC, half past eight in Berlin."""

    def charge(serial, began, ended, *readings):
        charger = site.charger(serial)
        number = charger.start(meterStart=0, timestamp=iso(began))
        for at, wh in readings:
            charger.meter(str(wh), transaction=number, time=iso(at))
        if ended is not None:
            charger.stop(number, meterStop=readings[-1][1], timestamp=iso(ended))

    midnight = -7.5 * 3600
    charge("GA1", midnight - 1800, midnight + 1800, (midnight - 600, 1000), (midnight + 600, 3000), (1, 5000))
    charge("GA2", midnight - 7200, midnight - 3600, (midnight - 3600, 8000))
    charge("GA3", midnight - 3000, None, (midnight - 1200, 10_000), (-60, 30_000))

    def today(zone):
        client.cookies.set("zone", zone)
        return re.search(r'id="energy-today">([^<]*)', client.get("/").text)[1]

    # In UTC half of what GA1 took around midnight, and what GA3, which runs, took since.
    assert today("UTC") == "22.15"
    # Where the day began an hour earlier, all but what GA2 had taken before.
    assert today("Europe/Berlin") == "35.00"


def test_a_stranger_can_be_let_in(site, client, page):
    site.charger("GA009", known=False)
    html = tile(page(), "GA009")
    assert "Asks to join" in text(html)
    assert "Let it in" in text(html)
    csrf = re.search('<meta name="csrf" content="([^"]*)">', page())[1]
    answer = client.post("/accept", data={"serial": "GA009"}, headers={"X-CSRF": csrf})
    assert answer.status_code == 200
    assert answer.json()["said"].startswith("GA009 is in the books")
    with site.books.reading() as connection:
        state = read_states(connection, NOW)["GA009"]
    assert (state.known, state.allowed) == (True, True)
    assert site.charger("GA009", known=False).boot() == "Accepted"
    assert "<form" not in tile(page(), "GA009")


def test_a_stranger_that_takes_part_can_be_let_in_for_good(site, page):
    site.charger("GA001", "Charging")
    with site.books.writing() as connection:
        owner.change_charger(connection, "GA001", known=False)
    shown = text(tile(page(), "GA001"))
    assert "Charging" in shown
    assert "Let it in for good" in shown


@pytest.mark.parametrize("settings", [CentralSettings(home_assistant="same")])
def test_a_stranger_with_the_account_of_home_assistant_is_not_let_in(site, client, page):
    site.charger("homeassistant", known=False)
    csrf = re.search('<meta name="csrf" content="([^"]*)">', page())[1]
    answer = client.post("/accept", data={"serial": "homeassistant"}, headers={"X-CSRF": csrf})
    assert answer.status_code == 400
    assert "the account of Home Assistant" in answer.json()["error"]


def test_one_that_was_refused_can_be_let_in_again_and_keeps_its_name(site, client, page):
    site.charger("GA001", name="Hall")
    with site.books.writing() as connection:
        owner.change_charger(connection, "GA001", allowed=False)
    html = tile(page(), "GA001")
    assert "Refused" in text(html)
    assert "Let it in again" in text(html)
    csrf = re.search('<meta name="csrf" content="([^"]*)">', page())[1]
    client.post("/accept", data={"serial": "GA001"}, headers={"X-CSRF": csrf})
    assert "Hall" in text(tile(page(), "GA001"))
    assert "Refused" not in text(tile(page(), "GA001"))


def test_nobody_is_let_in_by_what_is_no_serial_or_without_the_word_of_the_page(site, client, page):
    csrf = re.search('<meta name="csrf" content="([^"]*)">', page())[1]
    answer = client.post("/accept", data={"serial": "a/b\u202e" + "x" * 9000}, headers={"X-CSRF": csrf})
    assert answer.status_code == 400
    assert "cannot be the serial" in answer.json()["error"]
    assert len(answer.text) < 500
    assert client.post("/accept", data={"serial": "GA009"}).status_code == 403
    with site.books.reading() as connection:
        assert read_states(connection, NOW) == {}


def test_a_viewer_who_may_only_look_has_no_button(site, reader):
    site.charger("GA009", known=False)
    html = reader.get("/").text
    assert "Asks to join" in text(tile(html, "GA009"))
    assert "/accept" not in html


def test_a_stranger_that_has_not_been_heard_of_for_a_day_is_not_shown(site, page):
    site.charger("GA009", known=False)
    with site.books.unit() as unit:
        unit.seen("GA009", NOW - 90_000)
    assert not tile(page(), "GA009")


HOSTILE = "<script>alert(1)</script>\"'&\u202egnp.exe\x00\x1b" + "W" * 10_000


def test_hostile_names_are_text_and_are_cut(site, page):
    with site.books.writing() as connection:
        owner.put_cards(connection, [Card("04A1B2C3", name=HOSTILE)], NOW)
    charger = site.charger("a b'&(;=$!)-", "Charging", name=HOSTILE)
    charger.start()
    site.status(charger, "Faulted", error="OtherError", info=HOSTILE[:50])
    html = page()
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)" in html
    assert "\u202e" not in html
    assert r"\u202e" in html
    assert "\x1b" not in html
    assert "W" * 81 not in html
    assert 'href="/chargers/a%20b%27%26%28%3B%3D%24%21%29-"' in html
    assert 'id="charger-a b&#39;&amp;(;=$!)-"' in html


def test_without_a_charger_the_page_says_how_to_connect_one(page):
    shown = text(page())
    assert "No charger yet" in shown
    told = "A virtual charger, on this computer chargerctl simulate --broker 127.0.0.1:1883 --central none"
    assert f"{told} A real one cannot reach this address" in shown


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (
            CentralSettings(broker=HostPorts([HostPort("broker.lan", 8883)])),
            '[mqtt] broker = "broker.lan" port = 8883',
        ),
        (
            CentralSettings(broker=HostPorts([HostPort("a.lan", 8883), HostPort("b.lan", 8883)])),
            "The broker is a cluster: use a name or an address that leads to any of its nodes.",
        ),
        (
            CentralSettings(listen=HostPort("192.0.2.7", 1884)),
            '[mqtt] broker = "192.0.2.7" port = 1884',
        ),
        (CentralSettings(ocpp=HostPort("192.0.2.7", 9000)), "ws://192.0.2.7:9000/SERIAL"),
    ],
)
def test_where_that_is_comes_from_the_settings(page, said):
    assert said in text(page())


def test_books_that_cannot_be_read_are_told_in_words(books, client, monkeypatch):
    def fail():
        raise BooksError("the disk is gone")

    monkeypatch.setattr(books, "reading", fail)
    answer = client.get("/", headers={"Accept": "text/html"})
    assert answer.status_code == 503
    assert "Not available now" in answer.text
    assert "disk is gone" not in answer.text, "the gate could not say who asks"


def test_the_page_of_200_chargers_is_small(site, page):
    with site.books.writing() as connection:
        for number in range(200):
            owner.add_charger(
                connection, f"esp32c6-charger-{number:06}", NOW, name=f"Car park, place {number}"
            )
    with site.books.unit() as unit:
        for number in range(200):
            serial = f"esp32c6-charger-{number:06}"
            unit.connected(serial, "mqtt", NOW)
            told = {"connectorId": 1, "status": "Charging", "errorCode": "NoError"}
            call(unit, serial, "StatusNotification", told)
            start = {"connectorId": 1, "idTag": "04A1B2C3", "meterStart": 0, "timestamp": iso(-3600)}
            call(unit, serial, "StartTransaction", start)
    html = page()
    assert html.count('class="tile charger"') == 200
    assert len(html.encode()) < 300_000


def test_energy_today_stays_when_a_session_ends_and_is_that_of_the_chart(site, client, books):
    """Over a weekend at the charger, with values that midnight is between."""
    charger = site.charger("GA1")
    number = charger.start(meterStart=0, timestamp=iso(-40 * 3600))
    charger.meter("9000", transaction=number, time=iso(-8 * 3600))
    charger.meter("11000", transaction=number, time=iso(-7 * 3600))

    def today():
        chart = Visitor(books, sessions_router, zone="UTC").page("/sessions", **{"from": "2026-11-22"})
        overview = re.search(r'id="energy-today">([^<]*)', client.get("/").text)[1]
        return overview, re.search(r"<title>Sun 22 November 2026: ([\d.]*)", chart)[1]

    assert today() == ("1.00", "1.000")
    charger.stop(number, meterStop=11_000, timestamp=iso(-7 * 3600))
    assert today() == ("1.00", "1.000")
