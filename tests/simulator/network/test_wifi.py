# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The radio: what joining costs, what the board notices, and what each chip family does by itself."""

import pytest


def test_joining_takes_the_time_of_the_cost_table_and_gives_an_address(any_board):
    took = any_board.took(any_board.join)
    assert took == pytest.approx(any_board.costs.wifi_associate / 1e6, abs=0.01)
    assert any_board.radio.connected
    assert str(any_board.radio.ipv4_address) == "10.0.0.2"


def test_not_joined_there_is_no_address(any_board):
    assert not any_board.radio.connected
    assert any_board.radio.ipv4_address is None
    assert any_board.radio.addresses == ()


def test_joining_again_while_connected_costs_nothing(online):
    assert online.took(online.join) < 0.001


def test_the_costs_of_the_moment_count(any_board):
    any_board.costs.copy_from(any_board.costs.scaled(2))
    assert any_board.took(any_board.join) == pytest.approx(any_board.costs.wifi_associate / 1e6, abs=0.01)


def test_without_an_access_point_joining_fails_by_name(any_board):
    any_board.network.wifi(False)
    with pytest.raises(ConnectionError, match="No network with that ssid"):
        any_board.join()


def test_a_wrong_password_is_said(any_board):
    any_board.network.access_point.password = "correct-one"
    with pytest.raises(ConnectionError, match="Authentication failure"):
        any_board.join()


def test_another_ssid_is_not_found(any_board):
    any_board.network.access_point.ssid = "elsewhere"
    with pytest.raises(ConnectionError, match="No network with that ssid"):
        any_board.join()


@pytest.mark.parametrize("password", ["short", "x" * 65])
def test_a_password_of_impossible_length_is_refused_at_once(any_board, password):
    with pytest.raises(ValueError, match="password length must be 8-64"):
        any_board.radio.connect("home", password)


def test_rp2_gives_up_waiting_but_the_attempt_goes_on(rp2):
    with pytest.raises(ConnectionError, match="Unknown failure 1"):
        rp2.radio.connect("home", "12345678", timeout=0.01)
    assert rp2.clock.now_us < 20_000
    assert not rp2.radio.connected
    rp2.wait(1)
    assert rp2.radio.connected


def test_rp2_asked_again_too_early_starts_all_over(rp2):
    for _attempt in range(5):
        with pytest.raises(ConnectionError):
            rp2.radio.connect("home", "12345678", timeout=0.01)
        rp2.wait(0.5)
    assert not rp2.radio.connected


def test_rp2_leaves_first_and_waits_half_a_second_for_a_link_that_is_not_reported_as_down(rp2):
    def joining():
        with pytest.raises(ConnectionError):
            rp2.radio.connect("home", "12345678", timeout=0.01)

    assert rp2.took(joining) < 0.02, "the driver has not tried yet"
    assert rp2.took(joining) == pytest.approx(0.5, abs=0.01), "it is in the middle of an attempt"
    rp2.wait(2)
    rp2.network.wifi(False)
    rp2.wait(10)
    assert rp2.took(joining) == pytest.approx(0.5, abs=0.01), "its access point was lost"
    rp2.wait(5)
    assert rp2.took(joining) == pytest.approx(0.5, abs=0.01), "it found no access point"


def test_rp2_leaves_a_network_that_it_is_in_at_once(rp2):
    rp2.join()
    assert rp2.took(rp2.radio.stop_station) < 0.05
    assert rp2.took(rp2.radio.stop_station) < 0.01


def test_esp32_ignores_the_timeout_when_dhcp_hangs_and_joins_when_it_answers(esp32):
    esp32.network.access_point.dhcp_hangs = True
    esp32.clock.call_in(300_000_000, lambda: setattr(esp32.network.access_point, "dhcp_hangs", False))
    assert esp32.took(lambda: esp32.radio.connect("home", "12345678", timeout=1)) > 299


def test_rp2_is_not_connected_while_dhcp_hangs(rp2):
    rp2.network.access_point.dhcp_hangs = True
    with pytest.raises(ConnectionError):
        rp2.join()
    assert rp2.clock.now_us == pytest.approx(8_000_000, abs=10_000)


def test_the_board_notices_a_lost_access_point_only_after_a_while(online):
    online.network.wifi(False)
    online.wait(5)
    assert online.radio.connected
    online.wait(2)
    assert not online.radio.connected


def test_a_short_loss_goes_unnoticed(online):
    online.network.wifi(False)
    online.wait(5)
    online.network.wifi(True)
    online.wait(10)
    assert online.radio.connected


def test_esp32_does_not_come_back_by_itself_when_the_access_point_was_gone(esp32):
    esp32.join()
    esp32.network.wifi(False)
    esp32.wait(10)
    esp32.network.wifi(True)
    esp32.wait(60)
    assert not esp32.radio.connected
    esp32.join()
    assert esp32.radio.connected


def test_esp32_rejoins_by_itself_when_thrown_out(esp32):
    esp32.join()
    esp32.network.station.kicked()
    assert not esp32.radio.connected
    esp32.wait(1)
    assert esp32.radio.connected


def test_esp32_gives_up_after_five_refusals(esp32):
    esp32.join()
    esp32.network.access_point.refuses = True
    esp32.network.station.kicked()
    esp32.wait(60)
    esp32.network.access_point.refuses = False
    esp32.wait(60)
    assert not esp32.radio.connected


def test_rp2_never_rejoins_by_itself(rp2):
    rp2.join()
    rp2.network.station.kicked()
    rp2.wait(60)
    assert not rp2.radio.connected


def test_ap_info_is_missing_on_rp2(esp32, rp2):
    esp32.join()
    rp2.join()
    assert esp32.radio.ap_info.ssid == "home"
    with pytest.raises(NotImplementedError):
        _ = rp2.radio.ap_info


def test_switching_the_radio_off_drops_the_connection(online):
    online.radio.enabled = False
    assert not online.radio.connected
    with pytest.raises(RuntimeError, match="WiFi is not enabled"):
        online.join()


def test_the_radio_is_off_after_the_program(online):
    online.end_vm(orderly=True)
    assert not online.network.station.up


def test_scan_finds_the_access_point_when_it_is_there(any_board):
    any_board.network.access_point.ssid = "home"
    assert [each.ssid for each in any_board.radio.start_scanning_networks()] == ["home"]
    any_board.network.wifi(False)
    assert list(any_board.radio.start_scanning_networks()) == []


def test_ping_reaches_only_hosts_that_exist(online):
    from chargerctl.simulator.python.modules.ipaddress import IPv4Address

    assert online.radio.ping(IPv4Address("10.0.0.1")) == pytest.approx(0.02)
    assert online.radio.ping(IPv4Address("10.9.9.9"), timeout=0.3) is None
