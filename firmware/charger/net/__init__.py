# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The network: Wi-Fi, MQTT and NTP. Each has step(now), which returns at once or declares for how long it blocks.

    wifi = Wifi(radio, values, ticks_ms, stalls, store, log, is_rp2)
    link = Link(pool, wifi, values, ticks_ms, stalls, log)
    ntp  = Ntp(pool, server, interval_minutes, clock, wifi, ticks_ms, stalls, log)

`radio` is wifi.radio, `pool` a socketpool.SocketPool, `values` the dict of charger.settings, `ticks_ms`
supervisor.ticks_ms, `now` the tick at the start of the pass. `log(tag, text)` writes a console line,
`clock.set_from_ntp(unix)` takes whole seconds. `stalls.allow(ms)` decides whether a call may block for `ms` now; a part
that gets False asks again later. None of these parts raises.
`store` (hardware.store.Store) records that a blocking call is in progress.

What may block, and for how long:

    Wifi.step     ESP32: one association, UNBOUNDED (DHCP has no limit there), so only with the relay open. A watchdog
                  reset in it does not count as a crash.
                  RP2: 500 ms, since connect() leaves the old network first; the result is read later.
    Link.step     TCP connect: 3000 ms (at most half the watchdog's time) where allowed, else 200 ms. With TLS: three
                  times 1500 ms (less where the watchdog's time is short), else 200 ms, and 3000 ms.
                  CONNECT, SUBSCRIBE and the "online" message are each sent in one pass and acknowledged in a later
                  one, within 5 s.
                  250 ms, to load the dialer while there is no connection; it is unloaded with the first one.
                  Everything else: 0. MiniMQTT takes until the next tick, 1 ms, to hand over a message.
    Link.publish  0
    Link.receive  0
    Upload.step   250 ms to load it, and the dialer; 500 and 1000 ms to load the report and adafruit_requests, from source;
                  TCP connect as Link.step; the request 4500 ms at most, less where the watchdog's time is short. Only
                  with the relay open.
    Ntp.step      250 ms, three times: to load what reads an answer, what asks, and the library; 0 while it waits.

One case has no declared limit: on an RP2 whose network stack has no memory left a send blocks for up to 10 s, with
any timeout of the socket; only the watchdog ends it.

Names are resolved over passes (resolver.py): [mqtt] broker and [ntp] server at first use and after three failures in a row,
at most 7 s a look-up; an address needs none. The time server is asked the same way (both by question.py). The modules for
it are loaded when needed, in up to 250 ms each, and unloaded.

What the rest of the charger reads and calls:

    wifi.connected    bool
    wifi.address      "192.168.1.7" or None
    wifi.ssid         the network's name, str
    wifi.name_server()           "192.168.1.1" or None
    link.connected    bool: connected, subscribed and announced; and the central system has not said that it is offline.
                      Messages pass nevertheless
    link.publish(frame) -> bool  a str of at most 2048 bytes (a longer one is dropped, logged and True). False while
                                 there is no connection or the one before has not left yet: try again next pass.
    link.receive() -> str | None the oldest of at most five frames; its docstring has what is discarded
    link.close()                 ends the connection so that the broker publishes the last will now: before a restart
"""


def open_radio():
    """(wifi.radio, the board's socket pool)."""
    import socketpool
    import wifi

    return wifi.radio, socketpool.SocketPool(wifi.radio)
