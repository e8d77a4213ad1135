# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The network: Wi-Fi, MQTT and NTP, each a part with step(now) that returns at once, or declares how long it stands still.

    wifi  = Wifi(radio, ssid, password, stalls, log, is_rp2)
    link  = Link(pool, wifi, values, ticks_ms, pump, stalls, log)
    ntp   = Ntp(pool, server, interval_minutes, clock, wifi, stalls, log)

`radio` is wifi.radio, `pool` a socketpool.SocketPool, `values` the dict of charger.settings, `ticks_ms` supervisor.ticks_ms,
`now` what ticks_ms gave at the start of the pass, `pump()` runs the safety part of the loop once, `log(tag, text)` writes a
console line, `clock.set_from_ntp(unix)` takes whole seconds. `stalls.allow(ms)` says whether everything may stand still for
`ms` now; a part that gets False asks again on a later pass. None of these parts raises.

What may stand still, and for how long:

    Wifi.step       ESP32: one association, UNBOUNDED (DHCP has no limit there), so only with the relay open.
                    RP2: starts it and looks again later: 10 ms, at any time.
    Link.step       name resolution of [mqtt] broker: 14000 ms; once, then only after three failed connects in a row. Never for an address.
                    TCP connect: 3000 ms at most (and at most half the watchdog's time) where allowed, else 200 ms where that
                    is allowed. TLS: that and 3000 ms for the handshake.
                    CONNECT, SUBSCRIBE and the "online" message wait for their acknowledgement with `pump` running: at most
                    5 s each, each in a pass of its own.
                    Everything else: 0. A message is handed over in about 1 ms (MiniMQTT's loop(0) ends at the next tick).
    Link.publish    0. Takes one message; False while there is no connection or the one before has not left yet.
    Link.receive    0.
    Ntp.step        name resolution 14000 ms, once and after three failures in a row; a request 1000 ms.

    wifi.connected bool, wifi.address "192.168.1.7" or None
    link.connected bool: subscribed and announced; link.broker_text "host:port"
    link.publish(frame) -> bool: frame is str or bytes of at most 2048 bytes (a longer one is dropped, logged, True)
    link.receive() -> str or None: the oldest of at most five frames of at most 2048 bytes, valid UTF-8
    link.close(): ends the connection so that the broker publishes the last will at once; for a restart
    ntp.synchronised bool
"""

# What Wifi asks for on an ESP32: longer than any [safety] max_stall_ms, so that only an open relay allows it.
UNBOUNDED = 1 << 28

# Name resolution: about 7 s per dead name server, and a router usually announces two.
DNS_MS = 14000
