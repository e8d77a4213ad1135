# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The network: Wi-Fi, MQTT and NTP. Each has step(now), which returns at once or declares how long it stands still.

    wifi = Wifi(radio, values, ticks_ms, stalls, store, outbox, log, is_rp2)
    link = Link(pool, wifi, values, ticks_ms, pump, stalls, log)
    ntp  = Ntp(pool, server, interval_minutes, clock, wifi, ticks_ms, stalls, log)

`radio` is wifi.radio, `pool` a socketpool.SocketPool, `values` the dict of charger.settings, `ticks_ms`
supervisor.ticks_ms, `now` what it gave at the start of the pass. `pump()` runs the safety part of the loop once,
`log(tag, text)` writes a console line, `clock.set_from_ntp(unix)` takes whole seconds. `stalls.allow(ms)` says whether
everything may stand still for `ms` now; a part that gets False asks again later. None of these parts raises.
`store` (hardware.store.Store) keeps that the program stands still on purpose.

What may stand still, and for how long:

    Wifi.step     ESP32: one association, UNBOUNDED (DHCP has no limit there), so only with the relay open. When the
                  watchdog ends it, that is no crash.
                  RP2: 10 ms at any time; it starts the association and looks again later.
    Link.step     TCP connect: 3000 ms (at most half the watchdog's time) where allowed, else 200 ms. With TLS: three
                  times 1500 ms (less where the watchdog's time is short), else 200 ms, and 3000 ms.
                  CONNECT, SUBSCRIBE and the "online" message wait for their acknowledgement with `pump` running,
                  at most 5 s each, each in a pass of its own.
                  Everything else: 0. Handing over a message takes MiniMQTT until the next tick, 1 ms.
    Link.publish  0
    Link.receive  0
    Ntp.step      a request: 1000 ms.

Names are resolved without standing still (resolver.py): [mqtt] broker and [ntp] server at first use and after three
failures in a row, at most 7 s a look-up; an address needs none.

What the others read and call:

    wifi.connected    bool
    wifi.address      "192.168.1.7" or None
    wifi.name_server()           "192.168.1.1" or None
    link.connected    bool: connected, subscribed and announced
    link.broker_text  "host:port"
    link.publish(frame) -> bool  str or bytes, at most 2048 bytes (a longer one is dropped, logged and True). False while
                                 there is no connection or the one before has not left yet: try again next pass.
    link.receive() -> str | None the oldest of at most five frames of at most 2048 bytes
    link.close()                 ends the connection so that the broker publishes the last will now: before a restart
    ntp.synchronised  bool
"""


def open_radio():
    """(wifi.radio, the board's socket pool)."""
    import socketpool
    import wifi

    return wifi.radio, socketpool.SocketPool(wifi.radio)


class NoNetwork:
    """Stands for Wi-Fi, link and NTP while the settings do not allow for them."""

    connected = False
    address = None

    def step(self, now):
        pass

    def publish(self, frame):
        return False

    def receive(self):
        return None

    def close(self):
        pass
