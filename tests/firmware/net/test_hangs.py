# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Every way in which a broker can hang MiniMQTT for a minute or for ever, on a real socket.

The measure is the link's own clock, which only moves between its passes: what it waits, it waits over passes, and
never for more than five seconds.
"""

import errno
import socket

import pytest
from charger.visit import LOAD_MS

CONNECT, PUBLISH, SUBSCRIBE, PINGREQ = 0x10, 0x30, 0x80, 0xC0
WAIT_MS = 5000
SILENCE = b""


def silent(body):
    return SILENCE


def fails_after_waiting(rig, text):
    """Runs until a wait has failed; checks its length."""
    lost = f"({text}"
    took = rig.until(lambda: rig.log.has(lost))
    assert WAIT_MS <= took <= WAIT_MS + 100
    assert not rig.link.connected


def recovers(rig):
    """The broker comes to its senses: the link is back and carries a message each way."""
    rig.connect()
    assert rig.link.publish("hello")
    rig.until(lambda: rig.broker.received[-1] == (PUBLISH, b"\0\x0e/charger/box-1hello"))


def test_a_dropped_syn_costs_the_declared_stall_and_no_more(make_rig):
    # A listener that never accepts, its queue full: the kernel drops further SYNs.
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(0)
    waiting = []
    for _ in range(4):
        waiting.append(socket.socket())
        waiting[-1].setblocking(False)
        waiting[-1].connect_ex(listener.getsockname())
    rig = make_rig(mqtt__port=listener.getsockname()[1])
    rig.stalls.limit = 250
    rig.until(lambda: rig.log)
    assert rig.log[0].endswith("not reachable (socket error timed out), next try in 1 s")
    assert rig.stalls.allowed == [LOAD_MS, 200]
    for each in [*waiting, listener]:
        each.close()


def test_no_connack(rig):
    rig.broker.answers[CONNECT] = silent
    fails_after_waiting(rig, "no answer from the broker in 5 s")
    rig.broker.answers[CONNECT] = lambda body: b"\x20\x02\0\0"
    recovers(rig)


def test_no_suback(rig):
    answer = rig.broker.answers.pop(SUBSCRIBE)
    fails_after_waiting(rig, "no answer from the broker in 5 s")
    rig.broker.answers[SUBSCRIBE] = answer
    recovers(rig)


def test_no_puback(rig):
    answer = rig.broker.answers.pop(PUBLISH | 3)
    fails_after_waiting(rig, "no answer from the broker in 5 s")
    rig.broker.answers[PUBLISH | 3] = answer
    recovers(rig)


def test_the_puback_of_another_message_is_not_ours(rig):
    answer = rig.broker.answers[PUBLISH | 3]
    rig.broker.answers[PUBLISH | 3] = lambda body: b"\x40\x02\x7f\x7f"
    fails_after_waiting(rig, "no answer from the broker in 5 s")
    rig.broker.answers[PUBLISH | 3] = answer
    recovers(rig)


def test_messages_do_not_prolong_the_wait_for_an_acknowledgement(rig, mqtt):
    rig.broker.answers[SUBSCRIBE] = silent
    serve = rig.broker.serve

    def chatter(now):
        serve(now)
        if not rig.log and SUBSCRIBE in rig.broker.kinds():
            rig.broker.send(mqtt.message(b"blah", qos=0))

    rig.broker.serve = chatter
    fails_after_waiting(rig, "no answer from the broker in 5 s")


def test_no_pingresp(rig):
    rig.connect()
    rig.broker.answers[PINGREQ] = silent
    rig.until(lambda: PINGREQ in rig.broker.kinds(), within_ms=31000)
    assert rig.until(lambda: not rig.link.connected) <= WAIT_MS + 10
    assert rig.log[-1].endswith("lost (no answer to a ping in 5 s), next try in 1 s")


def test_half_open_under_qos_0_publishes(rig):
    """MiniMQTT takes its own publishing for a sign of life; we listen for one."""
    rig.connect()
    rig.broker.reads = False

    def talk():
        rig.step(99)
        rig.link.publish("still there?")
        return not rig.link.connected

    assert rig.until(talk, within_ms=60000) <= 60000 // 2 + WAIT_MS + 1000
    assert rig.log.has("no answer to a ping in 5 s")


@pytest.mark.parametrize("reset", [False, True])
def test_a_peer_that_closed_is_noticed_in_the_next_pass(rig, reset):
    rig.connect()
    rig.broker.hang_up(reset)
    rig.step(2)
    assert not rig.link.connected
    recovers(rig)


def test_a_peer_that_closes_while_an_acknowledgement_is_awaited(rig):
    rig.broker.answers[SUBSCRIBE] = lambda body: rig.broker.hang_up() or SILENCE
    rig.until(
        lambda: rig.log.has("refused the connection (closed by the broker at SUBSCRIBE to /system/box-1 and ")
    )


def stall(rig):
    """The peer reads nothing more and its buffers are full: from here on a send gives EAGAIN."""
    rig.connect()
    rig.broker.reads = False
    stuck = 0
    while stuck < 20:
        stuck = 0 if rig.link.publish("x" * 2048) else stuck + 1
        rig.step()
    assert rig.link.connected


def test_a_stalled_peer_blocks_neither_publish_nor_the_loop(rig):
    stall(rig)

    def talk():
        rig.link.publish("x" * 2048)
        return not rig.link.connected

    rig.until(talk)
    assert rig.log[-1].endswith("lost (the broker did not take a message in 5 s), next try in 1 s")
    rig.broker.reads = True
    recovers(rig)


def test_a_stalled_peer_that_recovers_gets_every_byte(rig):
    stall(rig)
    rig.step(100)
    rig.broker.reads = True
    rig.until(lambda: rig.link.publish("last"))
    rig.until(lambda: rig.broker.received[-1][1].endswith(b"last"))
    frames = [body for first, body in rig.broker.received if first == PUBLISH]
    assert set(frames[:-1]) == {b"\0\x0e/charger/box-1" + b"x" * 2048}


def test_a_connect_larger_than_the_buffer_to_a_peer_that_takes_nothing(broker, make_rig, monkeypatch):
    rig = make_rig(broker, mqtt__username="u", mqtt__password="p" * 60000)
    rig.connect()
    assert broker.received[0][1].endswith(b"p" * 60000)
    rig.link.close()

    def blocked(self, data):
        raise OSError(errno.EAGAIN, "stalled")

    monkeypatch.setattr(socket.socket, "send", blocked)
    fails_after_waiting(rig, "the broker did not take a message in 5 s")


def test_a_connect_larger_than_the_buffer_leaves_over_passes(broker, make_rig):
    rig = make_rig(broker, mqtt__username="u", mqtt__password="p" * 60000)
    rig.step()
    assert broker.received == []
    rig.connect()
    assert [first for first, _ in broker.received] == [CONNECT, SUBSCRIBE | 2, PUBLISH | 3]


def test_a_gap_inside_a_packet_changes_nothing(rig, mqtt):
    rig.connect()
    for byte in mqtt.message(b"slowly"):
        rig.broker.send(bytes([byte]))
        rig.step(20)
    assert rig.link.receive() == "slowly"


def test_a_packet_that_stops_in_the_middle(rig, mqtt):
    rig.connect()
    rig.broker.send(mqtt.message(b"never finished")[:-1])
    assert rig.until(lambda: not rig.link.connected) <= 10020
    assert rig.log.has("the broker stopped in the middle of a packet")


def test_a_header_of_268_megabytes_ends_the_connection_unread(rig):
    rig.connect()
    rig.broker.send(b"\x30\xff\xff\xff\x7f")
    rig.step(3)
    assert rig.log.has("lost (the broker sent a packet of 268435455 bytes)")
    recovers(rig)


@pytest.mark.parametrize(
    "rubbish",
    [
        b"\x30\xff\xff\xff\xff\x7f",  # a length of five bytes
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"\0" * 64,
        b"\x20\0",  # CONNACK without a body
        b"\x34\x11\0\x0d/system/box-1\0\1",  # QoS 2
        b"\x32\x05\xff\xff/sy",  # a topic longer than the packet
        b"\x30\x01\0",
    ],
)
@pytest.mark.parametrize("when", [CONNECT, SUBSCRIBE, "later"])
def test_rubbish_ends_the_connection_at_once_and_the_link_comes_back(rig, rubbish, when):
    if when == "later":
        rig.connect()
        rig.broker.send(rubbish)
        rig.step(20)
    else:
        answer = rig.broker.answers[when]
        rig.broker.answers[when] = lambda body: rubbish
        rig.until(lambda: rig.log)
        rig.broker.answers[when] = answer
    recovers(rig)


def test_a_refusal_that_mqtt_does_not_know(rig):
    answer = rig.broker.answers[CONNECT]
    rig.broker.answers[CONNECT] = lambda body: b"\x20\x02\0\x63"
    rig.until(lambda: rig.log.has("refused the connection (MQTT code 99, see the broker's log)"))
    rig.broker.answers[CONNECT] = answer
    recovers(rig)


class Esp32Socket(socket.socket):
    """An ESP32 raises ENOTCONN where others return 0 bytes."""

    def recv_into(self, buffer, size=0):
        got = super().recv_into(buffer, size)
        if got == 0:
            raise OSError(errno.ENOTCONN, "not connected")
        return got


def pool_of(kind):
    """The stdlib's socket module as a pool of another kind of socket."""

    class Pool:
        AF_INET, SOCK_STREAM = socket.AF_INET, socket.SOCK_STREAM
        IPPROTO_TCP, TCP_NODELAY = socket.IPPROTO_TCP, socket.TCP_NODELAY
        socket = kind

    return Pool


def test_a_peer_that_closed_as_an_esp32_sees_it(broker, make_rig):
    rig = make_rig(broker, pool=pool_of(Esp32Socket)).connect()
    broker.hang_up()
    rig.step(2)
    assert rig.log.has("lost (closed by the broker)")
    assert not rig.log.has("ENOTCONN")
