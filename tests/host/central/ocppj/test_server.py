# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Chargers on the WebSocket side: frames both ways, and what ends a connection."""

from itertools import repeat

import pytest
from chargerctl.central.ocppj.limits import Limits
from chargerctl.central.ocppj.server import WebSocketServer
from chargerctl.errors import ChargerctlError
from chargerctl.ocppj import MAX_FRAME_BYTES
from websockets.exceptions import ConnectionClosed

from tests.host.central.ocppj.conftest import WAIT_S
from tests.host.central.ocppj.raw import COMPRESSED, FINAL, TEXT, RawClient, close_code, frame


def end_of(charger) -> tuple[int, str]:
    """Code and reason with which the server closes."""
    with pytest.raises(ConnectionClosed) as caught:
        charger.recv(timeout=WAIT_S)
    assert caught.value.rcvd is not None, caught.value
    return caught.value.rcvd.code, caught.value.rcvd.reason


def test_frames_reach_the_desk_and_its_answers_the_charger(setup):
    setup.start().desk.echo = True
    with setup.connect() as charger:
        assert charger.subprotocol == "ocpp1.6"
        for number in range(100):
            charger.send(f'[2,"{number}","Heartbeat",{{}}]')
        answers = [charger.recv(timeout=WAIT_S) for _ in range(100)]
    assert answers == [f'[2,"{number}","Heartbeat",{{}}]' for number in range(100)]
    setup.desk.wait_for("disconnected", "CP1")
    assert setup.desk.heard[0] == ("connected", "CP1")
    assert setup.desk.heard[-1] == ("disconnected", "CP1")


def test_a_message_in_fragments_is_one_frame(setup):
    setup.start()
    with setup.connect() as charger:
        charger.send(iter(["[2,", '"ä', '"]']))
        setup.desk.wait_for("received", "CP1", '[2,"ä"]')


def test_utf_8_that_is_split_between_fragments_is_one_letter(setup):
    setup.start()
    with setup.connect() as charger:
        charger.send((part for part in (b'["\xc3', b'\xa4"]')), text=True)
        setup.desk.wait_for("received", "CP1", '["ä"]')


def test_an_empty_message_is_ignored_and_reported(setup):
    setup.start()
    with setup.connect() as charger:
        charger.send("")
        charger.send("[]")
        setup.desk.wait_for("received", "CP1", "[]")
    assert [heard[2] for heard in setup.desk.heard if heard[0] == "received"] == ["[]"]
    assert setup.wait_for_log("an empty message")


def test_a_binary_frame_ends_the_connection(setup):
    setup.start()
    with setup.connect() as charger:
        charger.send(b"[]")
        assert end_of(charger) == (1003, "a binary frame; OCPP-J has text only")
    setup.desk.wait_for("disconnected", "CP1")
    assert setup.wait_for_log("a binary frame")
    assert not [heard for heard in setup.desk.heard if heard[0] == "received"]


def test_a_message_over_the_limit_ends_the_connection(setup):
    setup.start()
    with setup.connect() as charger:
        charger.send("x" * MAX_FRAME_BYTES)
        setup.desk.wait_for("received", "CP1", "x" * MAX_FRAME_BYTES)
        charger.send("x" * (MAX_FRAME_BYTES + 1))
        assert end_of(charger)[0] == 1009
    assert setup.wait_for_log("closed with code 1009")


def test_fragments_count_together(setup):
    setup.start()
    with setup.connect() as charger:
        with pytest.raises(ConnectionClosed):
            charger.send(repeat("x" * 4000))  # too long before they are too many
        assert end_of(charger)[0] == 1009


def test_a_message_in_many_empty_fragments_ends_the_connection(setup):
    setup.start(limits=Limits(fragments=20))
    with setup.connect() as charger:
        with pytest.raises(ConnectionClosed):
            charger.send("" for _ in range(1_000_000))
        assert end_of(charger) == (1008, "a message in too many fragments")


def test_text_that_is_not_utf_8_ends_the_connection(setup):
    setup.start()
    with setup.connect() as charger:
        charger.send(b'["\xff"]', text=True)
        assert end_of(charger)[0] == 1007
    assert setup.wait_for_log("closed with code 1007")


def test_a_compressed_frame_is_an_error_since_compression_was_not_agreed_on(setup):
    setup.start()
    with RawClient(setup.server.port) as charger:
        assert "101" in charger.ask(more="Sec-WebSocket-Extensions: permessage-deflate\r\n")
        charger.send(frame(TEXT, b"\0", flags=FINAL | COMPRESSED))
        assert close_code(charger.rest()) == 1002
    assert setup.wait_for_log("closed with code 1002")


def test_compression_that_a_charger_offers_is_declined(setup):
    setup.start()
    with setup.connect(additional_headers={"Sec-WebSocket-Extensions": "permessage-deflate"}) as charger:
        assert not charger.response.headers.get("Sec-WebSocket-Extensions")


@pytest.mark.parametrize("offered", [None, ["ocpp2.0.1"], ["ocpp1.5", "OCPP1.6"]])
def test_without_the_subprotocol_the_handshake_is_completed_and_then_closed(setup, offered):
    # OCPP-J 3.2.
    setup.start()
    with setup.connect(subprotocols=offered) as charger:
        assert charger.subprotocol is None
        assert end_of(charger) == (1002, "the subprotocol ocpp1.6 is required")
    assert setup.desk.heard == []
    assert setup.wait_for_log(
        "CP1: OCPP-J from 127.0.0.1: refused: it does not offer the subprotocol ocpp1.6"
    )


def test_of_several_subprotocols_ours_is_taken(setup):
    setup.start()
    with setup.connect(subprotocols=["ocpp2.0.1", "ocpp1.6", "ocpp1.5"]) as charger:
        assert charger.subprotocol == "ocpp1.6"


def test_a_second_connection_replaces_the_first(setup):
    setup.start().desk.echo = True
    with setup.connect() as first:
        setup.desk.wait_for("connected", "CP1")
        with setup.connect() as second:
            assert end_of(first) == (1008, "replaced by a newer connection of the same charger")
            second.send("[]")
            assert second.recv(timeout=WAIT_S) == "[]"
    setup.server.close()
    setup.server = None
    assert [heard[0] for heard in setup.desk.heard if heard[0] != "received"] == [
        "connected",
        "disconnected",
        "connected",
        "disconnected",
    ]
    assert setup.wait_for_log("replaced by a newer connection")


def test_the_desk_can_close_a_connection(setup):
    setup.start()
    with setup.connect() as charger:
        setup.desk.wait_for("connected", "CP1")
        setup.desk.links["CP1"].close("removed from the books " + "ä" * 100)
        code, reason = end_of(charger)
    assert code == 1008
    assert reason.startswith("removed from the books ä")


def test_a_frame_for_a_charger_that_is_gone_is_lost(setup):
    setup.start()
    with setup.connect():
        setup.desk.wait_for("connected", "CP1")
    setup.desk.wait_for("disconnected", "CP1")
    setup.desk.links["CP1"].send("[]")
    setup.desk.links["CP1"].available(False)
    setup.desk.links["CP1"].close("again")
    with setup.connect() as charger:
        setup.desk.wait_for("connected", "CP1", times=2)
        setup.desk.links["CP1"].send("[1]")
        assert charger.recv(timeout=WAIT_S) == "[1]"


def test_at_its_end_the_server_says_that_it_goes_away(setup):
    setup.start()
    with setup.connect() as charger:
        setup.desk.wait_for("connected", "CP1")
        setup.desk.links["CP1"].send("[3]")
        setup.server.close()
        assert charger.recv(timeout=WAIT_S) == "[3]"
        assert end_of(charger)[0] == 1001
    setup.desk.wait_for("disconnected", "CP1")
    setup.server = None


def test_a_charger_that_answers_no_ping_is_taken_for_gone(setup):
    setup.start(ping_interval_s=0.1, limits=Limits(close_s=0.1))
    with RawClient(setup.server.port) as charger:
        assert "101" in charger.ask()
        setup.desk.wait_for("disconnected", "CP1")
    assert setup.wait_for_log("closed with code 1011: keepalive ping timeout")


def test_a_port_that_is_taken_is_named(setup, loop_thread):
    port = setup.start().server.port
    with pytest.raises(ChargerctlError, match=rf"cannot listen for OCPP-J on 127\.0\.0\.1:{port}: .*in use"):
        WebSocketServer(
            loop_thread, "127.0.0.1", port, setup.desk, lambda _: None, print, without_password=True
        )


def test_a_charger_that_does_not_read_is_cut_off(setup):
    setup.start(limits=Limits(unsent_bytes=100_000))
    with RawClient(setup.server.port) as charger:
        assert "101" in charger.ask()
        setup.desk.wait_for("connected", "CP1")
        for _ in range(1000):
            setup.desk.links["CP1"].send("x" * 60_000)
        setup.desk.wait_for("disconnected", "CP1")
    assert setup.wait_for_log("it does not read: 100000 bytes wait for it")
