# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The board's parts, one file each: the only modules beside net/ that import CircuitPython's own.

A part that is missing or breaks logs it once, sets `.lost`, tries itself again, and says when
it is back; nothing raises out of a step. `now` is ticks in ms, `log(tag, text)` the console's,
`stalls.allow(ms)` whether a call may block for that long. Pins are pin objects, None where there is
none. A module is imported only where its part is switched on: what is not imported costs no memory.

pins.Pins(board_id)          claim(name, part) -> pin or None; ValueError says why not; unsafe(name)
output.claim(pin, level)                 a DigitalInOut that drives the pin
relay.Relay(output, active_high)         close() open() .closed
gate.Gate(relay_pin, active_high, cable_pin, emergency_stop_pin)
                                         on RP2 all of relay, cable and emergency stop, opened by the chip itself
lock.Lock(output, active_high)           engage() release() .engaged; without an output it only remembers
cable.Cable(pin)                         plugged(): the raw level now
buttons.EmergencyStop(pin)               pressed(): now; without a pin never
buttons.ServiceButton(pin)               pressed(): now; without a pin never
buses.I2cBus(scl, sda, stalls, limit_ms, probes, alone)   shared by display and reader; a pin None: nothing answers
buses.SpiBus(sck, mosi, miso)
pn532_i2c.make(i2c_bus, irq, log)        step(now) -> UID (upper-case hex) once a presentation, or None; .lost
pn532_spi.make(spi_bus, cs, irq, log)
meter.Meter(pin, pulses_per_kwh, log)    step(now); .energy_wh since start, .power_w, .lost
led.Led(pin, power_pin)                  show(state, now), a state of the connector, every pass; .lost False
display.Display(i2c_bus, address, name, version, serial, limit_ms, stalls, log)
    .state .address .local_time; charge(energy_wh, elapsed_s); notice(text, ms); step(now); .lost
absent.NoReader() NoMeter() NoLed() NoDisplay()   in the place of what is switched off
console.Console(stalls=None)             log(tag, text); step(now); `stalls` may be set later
watchdog.Watchdog(seconds)               feed()
store.Store()                            .crash_count .fault .trouble; save(crash_count, fault); `log` may be set later
reset.reason()  reset.was_off()  reset.reboot()
profiles.PROFILES, profiles.UNSAFE_OUTPUTS   pure data
"""
