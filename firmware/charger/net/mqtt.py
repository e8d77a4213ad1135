# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The connection to the broker: MiniMQTT on our socket, connected again when it is lost, and five places for what came.

A pass does one thing: dial, send CONNECT, SUBSCRIBE or the announcement, take its answer, or serve. Pauses between
attempts and the keep-alive with its time limit are ours: MiniMQTT would sleep, wait a minute for an answer, or send no
ping while it publishes.
"""

import random

from micropython import const

from charger import ticks
from charger.net.framing import CONNACK, MAX_PAYLOAD, PUBACK, STATE, SUBACK, LinkError
from charger.net.minimqtt import MMQTTException
from charger.net.packet_socket import CLOSED, WAIT_MS, NotYetError, PacketSocket, errno_name
from charger.net.resolver import Resolver
from charger.visit import LOAD_MS, visit

PLACES = 5
_LONGEST_PAUSE_S = const(60)
# A connection that lasted this long was a good one: older failures do not hold back the next attempt.
_GOOD_MS = const(10000)
_ASK_AGAIN_MS = const(1000)
# For MiniMQTT's own keep-alive, in seconds: never. Its ping() would block.
_NEVER_S = const(1 << 29)

_DOWN = const(0)
_DIALLED = const(1)
_ACCEPTED = const(2)
_SUBSCRIBED = const(3)
_UP = const(4)
# What each of these waits for.
_ANSWERS = {_DIALLED: CONNACK, _ACCEPTED: SUBACK, _SUBSCRIBED: PUBACK}

# An ESP32 raises only the first when the broker has closed the connection, with or without a reset.
_ENDED = const("ENOTCONN ECONNRESET EPIPE")

# What MiniMQTT raises, and what malformed packets make it raise.
_FAILURES = (
    LinkError,
    MMQTTException,
    OSError,
    RuntimeError,
    ValueError,
    MemoryError,
    AssertionError,
    LookupError,
)


class Link:
    """The collaborators as in the package; `randrange(n)` gives the jitter."""

    def __init__(
        self,
        pool,
        wifi,
        values,
        ticks_ms,
        stalls,
        log,
        randrange=random.randrange,
        make_context=None,
    ):
        from charger.net import minimqtt

        self._topic_out, self._topic_in, self._filters, self._keep_alive, self._broker, options = (
            minimqtt.settings(values)
        )
        # How many connections in a row the broker has closed soon.
        self._closes = 0
        # Which of the filters: a broker may close the connection for the first.
        self._alone = False
        self._wifi = wifi
        self._ticks_ms = ticks_ms
        self._log = log
        self._randrange = randrange
        # What the dialer gets, which is loaded while there is no connection.
        self._to_dial = (
            (pool, Resolver(pool, wifi, options[0], stalls)) + options + (stalls, log, make_context)
        )
        self._dialer = None
        self._stalls = stalls
        self._socket = PacketSocket(self._topic_in, ticks_ms, log)
        self._client = minimqtt.make(values, self._socket, self._on_message)
        self._inbox = []
        self._phase = _DOWN
        # MiniMQTT's count of packets before the call whose answer is awaited; None while none is.
        self._pid = None
        # The error that publish() met; step() ends the connection for it.
        self._problem = None
        self._next_try = ticks_ms()
        self._pause_s = 0
        self._good_at = 0
        self._ping_at = 0
        self._waits = False

    @property
    def connected(self):
        return self._phase == _UP and not self._socket.packet.offline

    def step(self, now):
        try:
            if self._problem is not None:
                raise self._problem
            if self._phase == _DOWN:
                self._dial(now)
            elif not self._wifi.connected:
                raise LinkError("Wi-Fi is down")
            elif self._phase == _UP:
                self._serve(now)
            else:
                self._advance(now)
        except _FAILURES as error:
            self._lose(error, now)

    def publish(self, frame):
        """Sends `frame`, a str, with QoS 0. False when it was not taken: try again next pass."""
        if self._phase != _UP or self._socket.pending or self._problem is not None:
            return False
        data = frame.encode()
        if len(data) > MAX_PAYLOAD:
            self._log("mqtt", f"A message of {len(data)} bytes is too long to send")
            return True
        try:
            self._client.publish(self._topic_out, data)
            self._socket.flush(self._ticks_ms())
        except _FAILURES as error:
            # The connection ends in step(): here the calls are deep enough already.
            self._problem = error
            return False
        return True

    def receive(self):
        """The oldest frame as a str of at most 2048 bytes in UTF-8, or None.

        What is longer, retained, on another topic or not UTF-8, and what finds no place or no memory, was discarded when
        it came, with a line in the log.
        """
        return self._inbox.pop(0) if self._inbox else None

    def _dial(self, now):
        if not ticks.reached(now, self._next_try):
            return
        if not self._wifi.connected:
            # However long that takes: the tick counter wraps, and a time long past would look like one to come.
            self._next_try = now
            return
        dialer = self._dialer
        if dialer is None:
            if self._stalls.allow(LOAD_MS):
                try:
                    self._dialer = visit("net.dialer").Dialer(*self._to_dial)
                except (ImportError, MemoryError) as error:
                    text = f"Cannot load the dialer for broker {self._broker} ({_reason(error)})"
                    self._retry_later(text)
            return
        native = dialer.open(now)
        if dialer.resolving:
            return
        if native is not None:
            import select

            self._dialer = None
            self._socket.attach(native, select.poll(), select.POLLIN)
            self._phase = _DIALLED
            self._waits = False
        elif dialer.problem:
            self._closes = 0
            self._retry_later(f"Broker {self._broker} not reachable ({dialer.problem})")
        else:
            self._next_try = ticks.add(now, _ASK_AGAIN_MS)
            if not self._waits:
                self._waits = True
                self._log("mqtt", f"Connecting to broker {self._broker} waits until the relay is open")

    def _advance(self, now):
        """A step of an exchange with the broker: its request, or what came since."""
        socket, client = self._socket, self._client
        socket.flush(now)
        if self._pid is None:
            self._pid = client._pid
            socket.begin(_ANSWERS[self._phase])
        elif not socket.resume(now):
            return
        # The same call again must make the same bytes.
        client._pid = self._pid
        try:
            if self._phase == _DIALLED:
                client.connect(keep_alive=self._keep_alive)
                client.keep_alive = _NEVER_S
            elif self._phase == _ACCEPTED:
                client.subscribe(self._filters[self._alone])
            else:
                client.publish(self._topic_out + STATE, "online", retain=True, qos=1)
        except NotYetError:
            socket.flush(now)
            return
        socket.end()
        self._pid = None
        self._phase += 1
        if self._phase == _UP:
            self._good_at = ticks.add(now, _GOOD_MS)
            self._log("mqtt", f"Connected to broker {self._broker}")

    def _serve(self, now):
        socket = self._socket
        socket.flush(now)
        if socket.pending:
            return
        # Without a free place messages wait in the network, not in our memory.
        if len(self._inbox) < PLACES and socket.fetch(now):
            self._client.loop(0)
            socket.flush(now)
        self._keep_up(now)
        if self._pause_s and ticks.reached(now, self._good_at):
            self._pause_s = 0

    def _keep_up(self, now):
        """Pings when nothing was received, or nothing sent, for half the keep-alive. Without an answer the connection is
        lost."""
        socket = self._socket
        quiet_ms = self._keep_alive * 500
        if not socket.answered:
            if ticks.diff(now, self._ping_at) >= WAIT_MS:
                raise LinkError(f"no answer to a ping in {WAIT_MS // 1000} s")
        elif ticks.diff(now, socket.heard) >= quiet_ms or ticks.diff(now, socket.spoke) >= quiet_ms:
            self._ping_at = now
            socket.ping()
            socket.flush(now)

    def _on_message(self, topic, message):
        if len(self._inbox) >= PLACES:
            self._log("mqtt", f"Discarded a message: {PLACES} are waiting already")
            return
        try:
            self._inbox.append(str(message, "utf-8"))
        except UnicodeError:
            self._log("mqtt", f"Discarded a message of {len(message)} bytes that is not UTF-8")
        except MemoryError:
            self._log("mqtt", f"Discarded a message of {len(message)} bytes: no memory")

    def _lose(self, error, now):
        awaited = _ANSWERS.get(self._phase)
        self._alone = awaited == SUBACK and not self._alone
        # MiniMQTT hides the broker's answer behind "Connect failure".
        error = getattr(error, "__cause__", None) or error
        text = _reason(error)
        socket = self._socket
        if self._wifi.connected and self._stalls.allow(LOAD_MS):
            try:
                text, self._closes = visit("net.trouble").explain(
                    awaited,
                    error,
                    text,
                    # The last: [mqtt] tls.
                    (
                        self._client.client_id,
                        self._topic_in,
                        self._topic_out,
                        self._keep_alive,
                        self._to_dial[4],
                    ),
                    (
                        ticks.diff(now, self._good_at) + _GOOD_MS,
                        min(ticks.diff(now, socket.heard), ticks.diff(now, socket.spoke)),
                    ),
                    self._closes,
                )
            except (ImportError, MemoryError):
                # The error's own words must do.
                pass
        self.close()
        what = "No connection to broker {} ({})"
        if awaited is None:
            what = "Connection to broker {} lost ({})"
        elif text.startswith(CLOSED) or hasattr(error, "code") or isinstance(error, KeyError):
            # It ended the connection, or answered with a code, perhaps one that MiniMQTT does not know.
            what = "Broker {} refused the connection ({})"
        self._retry_later(what.format(self._broker, text))

    def close(self):
        """Ends the connection without DISCONNECT: the broker publishes the last will now."""
        self._phase = _DOWN
        self._pid = self._problem = None
        # First, so that MiniMQTT's DISCONNECT goes nowhere and the last will stands.
        self._socket.close()
        if self._client.is_connected():
            self._client.disconnect()

    def _retry_later(self, text):
        """1, 2, 4 … 60 s, each up to a quarter less so that chargers do not come back in step."""
        self._pause_s = min(self._pause_s * 2, _LONGEST_PAUSE_S) or 1
        pause = self._pause_s * 1000
        pause -= self._randrange(pause // 4)
        self._next_try = ticks.add(self._ticks_ms(), pause)
        self._log("mqtt", f"{text}, next try in {(pause + 500) // 1000} s")


def _reason(error):
    if isinstance(error, OSError):
        name = errno_name(error)
        return CLOSED if name in _ENDED else name
    if isinstance(error, (LinkError, MMQTTException)):
        return error.args[0]
    return f"{type(error).__name__} {error}"
