# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The board's parts, one file each: the only modules beside net/ that import CircuitPython's own.

A part that is missing or breaks says so once in the log, sets `.lost`, tries itself again, and says when
it is back; nothing raises out of a step. `now` is ticks in ms, `log(tag, text)` the console's,
`stalls.allow(ms)` whether the loop may stand still for that long. Pins are pin objects, None where there is
none. A module is imported only where its part is switched on: what is not imported costs no memory.

pins.Pins(board_id)          claim(name, part) -> pin or None; ValueError says why not; unsafe(name)
relay.Relay(pin, active_high)            close() open() .closed
lock.Lock(pin, active_high)              engage() release() .engaged; without a pin it only remembers
cable.Cable(pin)                         plugged(): the raw level now
buttons.EmergencyStop(pin)               pressed(): now; without a pin never
buttons.ServiceButton(pin)               pressed(): now; without a pin never
buses.I2cBus(scl, sda, stalls)           shared by display and reader; a pin None: nothing ever answers
buses.SpiBus(sck, mosi, miso)
pn532_i2c.make(i2c_bus, irq, log)        step(now) -> UID (upper-case hex) once a presentation, or None; .lost
pn532_spi.make(spi_bus, cs, irq, log)
meter.Meter(pin, pulses_per_kwh, log)    step(now); .energy_wh since start, .power_w, .lost
led.Led(pin, power_pin)                  show(state, now), a state of the connector, every pass; .lost False
display.Display(i2c_bus, address, name, version, serial, stalls, log)
    .state .address .local_time; charge(energy_wh, elapsed_s); notice(text, ms); step(now); .lost
absent.NoReader() NoMeter() NoLed() NoDisplay()   in the place of what is switched off
console.Console(stalls=None)             log(tag, text); step(now); `stalls` may be set later
watchdog.Watchdog(seconds)               feed()
store.Store()                            .crash_count .fault; save(crash_count, fault)
reset.reason()  reset.reboot()
profiles.PROFILES, profiles.UNSAFE_OUTPUTS   pure data
"""
