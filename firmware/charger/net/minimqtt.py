# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Makes the MiniMQTT client, without the parts of the library that are never used. Needed at start only.

MiniMQTT asks adafruit_connection_manager (5 KB) to look up names, and to open and share sockets. Here the dialer has
opened the only socket, so this module takes its place. On a board, methods that are never called are dropped (3 KB).
"""

import sys

# MiniMQTT's own receive timeout, in seconds: never. The socket bounds waits.
_NEVER_S = 1 << 29

_MANAGER = "adafruit_connection_manager"
# Once the client is made: all but connect, subscribe, publish, loop, disconnect and what these call.
_UNUSED = (
    "__init__ __enter__ __exit__ deinit mqtt_msg will_set add_topic_callback remove_topic_callback username_pw_set "
    "unsubscribe reconnect _recompute_reconnect_backoff enable_logger disable_logger"
)


class OneSocket:
    """What MiniMQTT takes for its connection manager. It has one socket, which is connected already."""

    def __init__(self, socket):
        self._socket = socket

    def get_socket(self, host, port, proto, **options):
        self._socket.connect((host, port))
        return self._socket

    def close_socket(self, socket):
        socket.close()


def get_connection_manager(pool):
    return pool


sys.modules[_MANAGER] = sys.modules[__name__]
try:
    import adafruit_minimqtt.adafruit_minimqtt as library
finally:
    del sys.modules[_MANAGER]

MMQTTException = library.MMQTTException


def options(values):
    """The link's topics, keep-alive and broker, and what the dialer gets: here, so that the settings' names are not kept."""
    host, port = values["mqtt.broker"], values["mqtt.port"]
    return (
        values["mqtt.topic_out"],
        values["mqtt.topic_in"],
        values["mqtt.keep_alive"],
        f"{host}:{port}",
        (host, port, values["mqtt.tls"], values["mqtt.ca_file"], values["safety.watchdog_seconds"]),
    )


def make(values, socket, topic_state, on_message):
    """An MQTT client on `socket`, whose last will is "offline" on `topic_state`."""
    # A username without a password makes MiniMQTT fail, so that one is "" then.
    user = values["mqtt.username"] or None
    client = library.MQTT(
        broker=values["mqtt.broker"],
        port=values["mqtt.port"],
        username=user,
        password=values["mqtt.password"] if user else None,
        client_id=values["mqtt.client_id"],
        socket_pool=OneSocket(socket),
        use_binary_mode=True,
        socket_timeout=0,
        recv_timeout=_NEVER_S,
        connect_retries=1,
    )
    client.will_set(topic_state, "offline", retain=True, qos=1)
    client.on_message = on_message
    if sys.implementation.name != "cpython":
        # There is one client on a board. Set to None: MicroPython keeps the value of a class's deleted attribute.
        for name in _UNUSED.split():
            setattr(library.MQTT, name, None)
        library.get_connection_manager = None
    return client
