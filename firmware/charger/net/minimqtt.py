# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Makes the MiniMQTT client, without the parts of the library that are never used. Needed at start only.

MiniMQTT asks adafruit_connection_manager (5 KB) to look up names, and to open and share sockets, and its matcher (1 KB)
who gets a message. Here the dialer has opened the only socket, and all messages go to the link: so this module takes the
place of both. A deploy drops more of the library (deploy/bytecode/quiet.py).
"""

import sys

from charger.net.framing import STATE

# MiniMQTT's own receive timeout, in seconds: never. The socket bounds waits.
_NEVER_S = 1 << 29

_REPLACED = ["adafruit_connection_manager"]
if sys.implementation.name != "cpython":
    # On a laptop others may use the library, too.
    _REPLACED.append("adafruit_minimqtt.matcher")


def get_connection_manager(pool):
    return pool


# Made, and never asked.
MQTTMatcher = dict

for _name in _REPLACED:
    sys.modules[_name] = sys.modules[__name__]
try:
    import adafruit_minimqtt.adafruit_minimqtt as library
finally:
    for _name in _REPLACED:
        del sys.modules[_name]

MMQTTException = library.MMQTTException


def settings(values):
    """The link's topics, what it subscribes to with the topic's STATE and without, keep-alive and broker, and what the
    dialer gets: here, so that the settings' names are not kept."""
    host, port = values["mqtt.broker"], values["mqtt.port"]
    topic = values["mqtt.topic_in"]
    frames = (topic, 1)
    return (
        values["mqtt.topic_out"],
        topic,
        # Twice without it: so the broker's answer always has one length.
        ([frames, (topic + STATE, 1)], [frames, frames]),
        values["mqtt.keep_alive"],
        f"{host}:{port}",
        (host, port, values["mqtt.tls"], values["mqtt.ca_file"], values["safety.watchdog_seconds"]),
    )


def make(values, socket, receive):
    """An MQTT client on `socket`, whose last will is "offline"."""
    # A username without a password makes MiniMQTT fail, so that one is "" then.
    user = values["mqtt.username"] or None
    client = library.MQTT(
        broker=values["mqtt.broker"],
        port=values["mqtt.port"],
        username=user,
        password=values["mqtt.password"] if user else None,
        client_id=values["mqtt.client_id"],
        socket_pool=socket,
        use_binary_mode=True,
        socket_timeout=0,
        recv_timeout=_NEVER_S,
        connect_retries=1,
    )
    client.will_set(values["mqtt.topic_out"] + STATE, "offline", retain=True, qos=1)
    # Shorter than by way of on_message, which asks the matcher.
    client._handle_on_message = receive
    if sys.implementation.name != "cpython":
        # There is one client on a board: 2 KB. Set to None: MicroPython keeps the value of a class's deleted attribute.
        library.MQTT.__init__ = library.MQTT.will_set = library.get_connection_manager = None
    return client
