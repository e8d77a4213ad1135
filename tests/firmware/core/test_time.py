# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A time that the board cannot hold is ignored, from NTP as from the central system."""

import pytest
from charger.clock import Clock, iso

LAST = (1 << 31) - 1  # 2038-01-19T03:14:07Z


def boot_with(rig, text):
    rig.answers["BootNotification"] = {"status": "Accepted", "interval": 300, "currentTime": text}
    rig.run(2000)
    return rig


def test_the_last_second_that_localtime_takes_is_used(rig):
    assert boot_with(rig, "2038-01-19T03:14:07Z").rtc == LAST


@pytest.mark.parametrize(
    "text", ["2038-01-19T03:14:08Z", "2099-12-31T23:59:59Z", "2024-12-31T23:59:59Z", "1970-01-01T00:00:00Z"]
)
def test_a_time_beyond_it_is_ignored(rig, text):
    assert boot_with(rig, text).rtc == 946684800
    assert "clock ignored a time outside 2025 to 2037 from the central system" in rig.log_lines


@pytest.mark.parametrize("read", [946684800, 1577836800, LAST + 1])
def test_an_rtc_that_was_reset_or_overflows_has_no_time(read):
    clock = Clock(lambda: read, None, 0, lambda tag, text: None)
    assert clock.unix() is None
    assert clock.stamp() is None
    assert clock.local_text() is None


@pytest.mark.parametrize(
    ("unix", "believed"), [(LAST, True), (LAST + 1, False), (0, False), (1 << 40, False)]
)
def test_setting_from_ntp_returns_why_the_time_is_not_used(unix, believed):
    kept = []
    clock = Clock(lambda: 0, kept.append, 0, lambda tag, text: None)
    assert clock.set_from_ntp(unix) == (None if believed else "a time outside 2025 to 2037")
    assert kept == [unix] * believed
    assert iso(LAST) == "2038-01-19T03:14:07Z"


def test_a_time_that_is_a_year_off_is_asked_for_again_within_a_minute(rig):
    rig.answers["BootNotification"] = {
        "status": "Accepted",
        "interval": 90,
        "currentTime": "2026-11-22T07:30:00Z",
    }
    rig.answers["Heartbeat"] = {"currentTime": "2027-11-22T07:30:00+00"}
    rig.run(100_000)
    assert (len(rig.calls("Heartbeat")), iso(rig.rtc)) == (1, "2026-11-22T07:30:00Z")
    rig.run(60_000)
    assert (len(rig.calls("Heartbeat")), iso(rig.rtc)) == (2, "2027-11-22T07:30:00Z")
    rig.run(70_000)
    assert len(rig.calls("Heartbeat")) == 2


@pytest.mark.requirement("SPEC 4.2", "A currentTime that cannot be read costs a line in the log")
@pytest.mark.parametrize("text", ["yesterday", "", 1795332600, None, {}, ["2026-11-22T07:30:00Z"]])
def test_a_time_that_is_none_costs_a_line_and_the_boot_is_accepted(rig, text):
    boot_with(rig, text)
    assert "ocpp the central system's currentTime is not a valid time" in rig.log_lines
    assert rig.rtc == 946684800
    assert rig.statuses() == ["Available"]
    assert len(rig.calls("BootNotification")) == 1
