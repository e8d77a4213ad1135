# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the lines of a script do to one charger of a fleet, its network apart: by simulator/script/stage.py."""

from __future__ import annotations

from collections.abc import Mapping

from chargerctl.errors import InputError
from chargerctl.fleet.charger.charger import Charger
from chargerctl.fleet.charger.parts import Contact
from chargerctl.settings.table import SETTINGS
from chargerctl.simulator.peripherals.swiping import Swiping
from chargerctl.simulator.script.values import Value

_NO_DISPLAY = "a fleet's charger has no display"


def missing_part(arguments: Mapping[str, Value]) -> str:
    """What of a line's arguments no charger of a fleet has, or ""."""
    return _NO_DISPLAY if arguments.get("part") == "display" else ""


class Hands:
    """Surroundings and Supply."""

    def __init__(self, charger: Charger) -> None:
        self._charger = charger
        self._swiping = Swiping(charger.clock, self._hold)
        self._buttons = {"estop": charger.emergency_stop, "service": charger.service_button}

    @property
    def relay_closed(self) -> bool:
        return self._charger.relay.closed

    @property
    def contactor_closed(self) -> bool:
        return self._charger.relay.contactor_closed

    @property
    def lock_engaged(self) -> bool:
        return self._charger.lock.engaged

    def plug(self) -> None:
        self._contact(self._charger.cable, True)

    def unplug(self) -> None:
        self._contact(self._charger.cable, False)

    def swipe(self, uid: str, hold_s: float = 0.5) -> None:
        self._swiping.swipe(uid, hold_s)

    def press(self, button: str) -> None:
        self._contact(self._buttons[button], True)

    def release(self, button: str) -> None:
        self._contact(self._buttons[button], False)

    def meter(self, kilowatts: float) -> None:
        self._charger.meter.power(round(kilowatts * 1000))
        self._charger.stir()

    def fail(self, part: str) -> None:
        self._cut(part, True)

    def repair(self, part: str) -> None:
        self._cut(part, False)

    def weld(self) -> None:
        self._charger.stick(True)

    def stick_open(self) -> None:
        self._charger.stick(False)

    def mend_contactor(self) -> None:
        self._charger.stick(None)

    def require(self, name: str) -> None:
        """InputError where a fleet's charger has no such part."""
        if name == "display":
            raise InputError(_NO_DISPLAY)

    def power(self, on: bool) -> None:
        self._charger.power(on)

    def reset(self, reason: str) -> None:
        self._charger.reset(reason)

    def change(self, setting: str, text: str) -> None:
        """It starts again with the new setting, once it is idle."""
        self._charger.set(SETTINGS[setting].variable, text)
        self._charger.reload()

    def _contact(self, contact: Contact, on: bool) -> None:
        contact.on = on
        self._charger.stir()

    def _hold(self, uid: str | None) -> None:
        self._charger.reader.card = uid
        self._charger.stir()

    def _cut(self, part: str, lost: bool) -> None:
        # Nobody can tell of a LED.
        self.require(part)
        charger = self._charger
        match part:
            case "reader":
                charger.reader.cut = lost
            case "meter":
                charger.meter.works(not lost)
        charger.stir()
