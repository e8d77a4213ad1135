# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Measures memory on the VM, in bytes as a 32-bit board would count them. See docs/memory.md for what each figure means."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.vm.image import CHARGER, compile_mpy, load
from tests.vm.machine import Machine

# What each group imports, in this order: a module counts where it is imported first.
GROUPS = {
    "network libraries": (
        "adafruit_ticks",
        "adafruit_connection_manager",
        "adafruit_minimqtt.adafruit_minimqtt",
        "adafruit_ntp",
    ),
    "charger": (
        "charger.settings",
        "charger.settings_file",
        "charger.core",
        "charger.loop",
        "charger.panel",
        "charger.housekeeping",
    ),
    "charger.net": ("charger.net.wifi", "charger.net.mqtt", "charger.net.ntp"),
    "charger.hardware": (
        "charger.hardware.console",
        "charger.hardware.system",
        "charger.hardware.store",
        "charger.hardware.reset",
        "charger.hardware.reload",
        "charger.hardware.watchdog",
        "charger.hardware.parts",
        "charger.hardware.meter",
        "charger.hardware.led",
        "charger.assembly",
    ),
    "display": ("adafruit_displayio_ssd1306", "charger.hardware.display"),
    "card reader": (
        "adafruit_bus_device.i2c_device",
        "adafruit_pn532.adafruit_pn532",
        "charger.hardware.pn532_i2c",
    ),
}
# The import of these needs no board: what a charger without a display and a reader still has.
NETWORK_AND_CHARGER = ("network libraries", "charger", "charger.net")

SESSION_STEPS = (
    # (what happens, passes, ms a pass)
    ("rig.cable.on = True", 120, 5),
    ("rig.card_reader.uid = '04A2B3C4'", 200, 5),
    ("rig.meter.energy_wh += 10", 130, 500),
    ("rig.card_reader.uid = '04A2B3C4'", 100, 5),
    ("rig.cable.on = False", 100, 5),
    ("pass", 25, 500),
)


@dataclass
class Imports:
    """Live heap after importing each group, by module and in all."""

    modules: dict[str, int] = field(default_factory=dict)
    groups: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.groups.values())

    @property
    def network_and_charger(self) -> int:
        return sum(self.groups[name] for name in NETWORK_AND_CHARGER)


def imports(charger_mpy: bool, libraries_mpy: bool = True) -> Imports:
    found = Imports()
    with Machine() as machine:
        load(machine, charger_mpy, libraries_mpy)
        before = machine.live()
        for group, names in GROUPS.items():
            start = before
            for name in names:
                machine.run(f"import {name}")
                after = machine.live()
                found.modules[name] = after - before
                before = after
            found.groups[group] = before - start
    return found


def boot(machine: Machine, charger_mpy: bool, **overrides: str) -> int:
    """Load everything and run the rig until it is registered; what lives after that beyond the imports."""
    load(machine, charger_mpy)
    machine.run("from charger import settings\nimport on_vm\nfrom tests.rig import REQUIRED")
    imported = machine.live()
    machine.run("values, _ = settings.load(REQUIRED.get)")
    # A session a minute: more than a real charger's relay may switch.
    overrides = {"SAFETY_MAX_CYCLES_PER_HOUR": "60", **overrides}
    arguments = ", ".join(f"{name}={text!r}" for name, text in overrides.items())
    machine.run(f"rig = on_vm.VmRig(values, {arguments})\nrig.passes(10)")
    machine.run("rig.passes(25, 500)")
    return machine.live() - imported


def session(machine: Machine) -> None:
    """One whole session of about a minute, fifty passes a call."""
    for event, passes, ms in SESSION_STEPS:
        machine.run(event)
        for start in range(0, passes, 50):
            machine.run(f"rig.passes({min(50, passes - start)}, {ms})")


def session_peak(machine: Machine) -> int:
    """The most heap in use at any moment of a session beyond what lived before it: a pass a call.

    Within a pass nothing is collected, so garbage of that pass counts: the bound of a board that never collects in
    the middle of one.
    """
    before = machine.live()
    peak = 0
    for event, passes, ms in SESSION_STEPS:
        machine.run(event)
        for _ in range(passes):
            peak = max(peak, machine.number(f"(rig.one_pass({ms}), gc.mem_alloc())[1]"))
            machine.run("rig.peer.serve()\ngc.collect()")
    return peak - before


def fill_queues(machine: Machine) -> int:
    """Five places of 2048 bytes full in each direction and 16 undelivered sessions: live heap beyond an idle charger."""
    before = machine.live()
    # The broker takes nothing more: answers stay with us. Ten of the largest calls come in.
    machine.run("rig.peer.stalled = True")
    call = '[2, "%s", "DataTransfer", {"vendorId": "x", "data": "%s"}]'
    machine.run(
        f"for n in range(10): rig.peer.publish({call!r} % ('i' * 34 + '%02d' % n, 'd' * 1930))\n"
        "for _ in range(40): rig.one_pass()"
    )
    machine.run(
        "for n in range(16):\n"
        "    session = rig.outbox.start('04A2B3C4D5E6F7', 1795329000 + n, 1000000 + n)\n"
        "    rig.outbox.meter(session, 1795329000 + n, 1000000 + n)\n"
        "    rig.outbox.stop(session, 1795329000 + n, 1000000 + n, 'EVDisconnected', '04A2B3C4D5E6F7')"
    )
    return machine.live() - before


def idle(machine: Machine, passes: int = 1000) -> int:
    """Bytes allocated by idle passes, nothing collected."""
    machine.live()
    machine.run(
        f"def idle():\n"
        f"    gc.disable()\n"
        f"    before = gc.mem_alloc()\n"
        f"    for _ in range({passes}): rig.one_pass()\n"
        f"    after = gc.mem_alloc()\n"
        f"    gc.enable()\n"
        f"    return after - before\n"
        f"idle()"
    )
    return machine.number("idle()")


def growth(machine: Machine, sessions: int = 100) -> int:
    """Live heap after `sessions` sessions beyond that after an hour of them, when every list has found its size."""
    for _ in range(60):
        session(machine)
    before = machine.live()
    for _ in range(sessions):
        session(machine)
    return machine.live() - before


def bytecode_sizes() -> dict[str, int]:
    """Bytes of each module of the charger as .mpy."""
    return {
        str(path.relative_to(CHARGER.parent)): len(compile_mpy(path))
        for path in sorted(CHARGER.rglob("*.py"))
    }


def compile_peak(name: str) -> int:
    """Bytes allocated while a module is compiled from .py, nothing collected: an upper bound of the peak."""
    source = (CHARGER.parent / name).read_text()
    with Machine() as machine:
        machine.write("/source.py", source.encode())
        machine.run("source = open('/source.py').read()")
        before = machine.live()
        return machine.number("(compile(source, 'source.py', 'exec'), gc.mem_alloc())[1]") - before
