# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Why a broker refused or ended a connection, in words, and what to do about it. Loaded for one line of the log.

MQTT 3.1.1 has codes for five refusals (section 3.2.2.3). In every other case the broker just closes the connection, and
the moment tells the likely cause.
"""

from micropython import const

from charger.net.framing import CONNACK, STATE, SUBACK, LinkError
from charger.net.packet_socket import CLOSED

# Closed within this time, once and once more: the reason lies with us, not with the broker.
_SOON_MS = const(120000)
# A pause of this length makes it likely that the connection was closed because of it.
_IDLE_MS = const(10000)
# First byte and length byte: of a TLS alert, and of "HTTP/1.1 400 Bad Request".
_TLS_ALERT = (0x15, 3)
_HTTP = (0x48, 0x54)
_REFUSALS = {
    1: "it does not speak MQTT 3.1.1, which the charger needs",
    2: "client id not accepted: set mqtt.client_id",
    3: "broker not available: see its log",
    4: "bad user name or password: check mqtt.username and mqtt.password",
    5: "not authorised: check mqtt.username, mqtt.password and the broker's access list",
}
# The codes of MQTT 5 for the same.
_REFUSALS_5 = {132: 1, 133: 2, 134: 4, 135: 5, 136: 3}


def explain(awaited, error, text, facts, times, closes):
    """(what the log says about `error`, the new count of closes).

    `awaited`: the packet that the broker owed, None in a running connection. `text`: the error's own words. `facts`:
    client_id, topic_in, topic_out, keep_alive, tls. `times`: milliseconds since it was connected, and since the last packet.
    `closes`: how many connections in a row the broker has closed soon after they were made.
    """
    if awaited is not None:
        if isinstance(error, (LinkError, OSError, KeyError)) or hasattr(error, "code"):
            text = _refused(awaited, error, text, facts)
        # Anything else is the charger's own trouble, such as a lack of memory.
        return text, closes
    connected_ms, idle_ms = times
    if text != CLOSED:
        return text, 0
    closes = closes + 1 if 0 <= connected_ms < _SOON_MS else 0
    if closes > 1:
        text += " soon after CONNECT, {} times: does another client use the id {}? (mqtt.client_id)".format(
            closes, facts[0]
        )
    elif idle_ms >= _IDLE_MS:
        text += " after {} s without a message: if that repeats, lower mqtt.keep_alive ({})".format(
            idle_ms // 1000, facts[3]
        )
    return text, closes


def _refused(awaited, error, text, facts):
    _, topic_in, topic_out, _, tls = facts
    if awaited == CONNACK:
        return _at_connect(error, text, topic_out, tls)
    if awaited == SUBACK:
        if hasattr(error, "code"):
            return "SUBSCRIBE to {} refused: allow it in the broker's access list, or set mqtt.subscribe_topic".format(
                topic_in
            )
        if text == CLOSED:
            return "{0} at SUBSCRIBE to {1} and {1}{2}: are both allowed? (mqtt.subscribe_topic)".format(
                text, topic_in, STATE
            )
        return text
    state = topic_out + STATE
    return text + " to the retained message on {}: is that allowed? (mqtt.publish_topic)".format(state)


def _at_connect(error, text, topic_out, tls):
    # Of a code that MiniMQTT does not know.
    code = error.args[0] if isinstance(error, KeyError) else getattr(error, "code", None)
    if code is not None:
        words = _REFUSALS.get(_REFUSALS_5.get(code, code), "see the broker's log")
        return "MQTT code {}, {}".format(code, words)
    if text == CLOSED:
        causes = "" if tls else "TLS expected (mqtt.tls), "
        return "{} at CONNECT: {}no MQTT 3.1.1, or no retained will allowed on {}?".format(
            text, causes, topic_out + STATE
        )
    # What the framing found instead of CONNACK.
    head = error.args[1:]
    if head == _TLS_ALERT:
        return "it speaks TLS at that port: set mqtt.tls, or another mqtt.port"
    if head == _HTTP:
        return "a web server answers there: check mqtt.port"
    if head and head[0] == CONNACK:
        return "it answers in another version of MQTT than 3.1.1, which the charger needs"
    return text + ": is that an MQTT broker{}? (mqtt.port)".format("" if tls else " without TLS")
