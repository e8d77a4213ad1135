# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a central system asks a charger that was accepted: its configuration, keys of a profile, and its statuses if it did
not boot. One call after the other, each asked when the one before it is answered, so that others are not held up.

How other central systems do it, read in their sources and issues in 2026, and what this does about it:
- evcc (charger/ocpp/cp_setup.go) asks for the whole configuration first, and triggers only if SupportedFeatureProfiles
  names RemoteTrigger or has no Core in it. The Home Assistant integration (custom_components/ocpp/chargepoint.py,
  post_connect) asks for NumberOfConnectors, sets its keys, triggers a BootNotification if it has had none, and a
  StatusNotification for 0 and each connector. CitrineOS (BootNotificationService.ts) refuses every action of a charger that
  is not accepted, but those that it triggers. SteVe asks for one key (ChargePointConfigUpdater.java). SAP's ev-server
  (OCPPService.ts, OCPPUtils.ts) sets the heartbeat interval after a BootNotification, asks for the whole configuration, and
  sets the keys of its template. MaEVe (manager/sync/settings.go, triggers.go) sends the keys and triggers that are pending
  from a job of its own, whenever the charger booted, and each again after a pause until it is answered.
- GetConfiguration without keys is never answered by some chargers (evcc issues 15869, 30177): that is no reason to stop.
- A key that has its value already is not set: a charger hung when it was (evcc issue 15401), and others write their flash.
- StatusNotification without connectorId means all (OCPP 1.6, 5.17), but some send only that of connector 0 (open-ocpp issue
  46) and some refuse connector 0 (lbbrhzn/ocpp issue 1573): each connector is asked for where their number is known.
- Some chargers send no BootNotification when they connect (evcc, cp.go): those are told to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from chargerctl.central.books.interface import Outcome, Payload
from chargerctl.central.conversation.asking import Asking, Call
from chargerctl.central.conversation.kept import Kept

TIMEOUT_S = 30.0
_MOST_CONNECTORS = 20

_OURS = "first calls"
_BOOT: Payload = {"requestedMessage": "BootNotification"}


@dataclass(frozen=True)
class _Plan:
    """What is still to be asked, and what became of the keys so far. `round` is that of the first calls it belongs to."""

    round: int
    booted: bool
    keys: tuple[tuple[str, str], ...] = ()
    triggers: tuple[Payload, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()


class FirstCalls:
    """`refused` gets the profile's keys that were not simply accepted, each with why: ReadOnly, Rejected, NotSupported,
    RebootRequired, Timeout, or the code of a CALLERROR. `broken` is called when the link was lost in between."""

    def __init__(
        self,
        asking: Asking,
        profile: Mapping[str, str],
        refused: Callable[[Mapping[str, str]], object],
        broken: Callable[[], object],
    ) -> None:
        self._asking = asking
        self._profile = profile
        self._refused = refused
        self._broken = broken
        self._round = Kept(0)
        # Whether it is still to be asked for its statuses. After a start it sends them by itself (errata 3.22).
        self._statuses = Kept(False)

    def begin(self, booted: bool) -> None:
        """The charger was accepted, because it booted or without that."""
        self._round.value += 1
        self._statuses.value = self._statuses.value or not booted
        self._asking.withdraw(_OURS)
        plan = _Plan(self._round.value, booted)
        self._ask("GetConfiguration", {}, partial(self._configured, plan))

    def saved(self) -> None:
        self._round.saved()
        self._statuses.saved()

    def lost(self) -> None:
        self._round.lost()
        self._statuses.lost()

    def _ask(self, action: str, payload: Payload, done: Callable[[Outcome], object]) -> None:
        self._asking.ask(Call(action, payload, TIMEOUT_S, done, _OURS))

    def _is_over(self, plan: _Plan) -> bool:
        """Another round has begun, or there is nobody to ask any more."""
        if plan.round != self._round.value:
            return True
        if not self._asking.linked:
            self._broken()
        return not self._asking.linked

    def _configured(self, plan: _Plan, outcome: Outcome) -> None:
        if self._is_over(plan):
            return
        entries = (outcome.answer or {}).get("configurationKey", ())
        known = {str(each["key"]).lower(): each for each in entries}
        keys = []
        refused = []
        for key, value in self._profile.items():
            now = known.get(key.lower(), {})
            if now.get("value") == value:
                continue
            if now.get("readonly"):
                refused.append((key, "ReadOnly"))
            else:
                keys.append((key, value))
        triggers: tuple[Payload, ...] = ()
        if _can_be_triggered(known):
            triggers = () if plan.booted else (_BOOT,)
            triggers += _statuses(known) if self._statuses.value else ()
        self._go_on(replace(plan, keys=tuple(keys), triggers=triggers, refused=tuple(refused)))

    def _go_on(self, plan: _Plan) -> None:
        if plan.keys:
            (key, value), *rest = plan.keys
            done = partial(self._changed, replace(plan, keys=tuple(rest)), key)
            self._ask("ChangeConfiguration", {"key": key, "value": value}, done)
        elif plan.triggers:
            trigger, *others = plan.triggers
            if trigger != _BOOT:
                # If it boots when it is told to, this comes after that.
                self._statuses.value = False
            done = partial(self._triggered, replace(plan, triggers=tuple(others)))
            self._ask("TriggerMessage", trigger, done)
        elif plan.refused:
            self._refused(dict(plan.refused))

    def _changed(self, plan: _Plan, key: str, outcome: Outcome) -> None:
        if self._is_over(plan):
            return
        status = outcome.error or str((outcome.answer or {}).get("status"))
        if status != "Accepted":
            plan = replace(plan, refused=(*plan.refused, (key, status)))
        self._go_on(plan)

    def _triggered(self, plan: _Plan, outcome: Outcome) -> None:
        if not self._is_over(plan):
            self._go_on(plan)


# The configuration that a charger told, by its keys in lower case.
_Known = Mapping[str, Payload]


def _can_be_triggered(known: _Known) -> bool:
    profiles = str(known.get("supportedfeatureprofiles", {}).get("value", ""))
    return "RemoteTrigger" in profiles or "Core" not in profiles


def _statuses(known: _Known) -> tuple[Payload, ...]:
    """The TriggerMessages for all statuses."""
    trigger: Payload = {"requestedMessage": "StatusNotification"}
    number = str(known.get("numberofconnectors", {}).get("value", ""))
    if not (number.isascii() and number.isdecimal() and 1 <= int(number[:9]) <= _MOST_CONNECTORS):
        return (trigger,)
    return tuple(trigger | {"connectorId": connector} for connector in range(int(number) + 1))
