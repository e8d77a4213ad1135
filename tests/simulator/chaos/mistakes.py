# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Mistakes sown by hand all over the firmware, one at a time: (file, old text, new text), by what each breaks.

The episodes find each of them. `python -m bench mistakes` searches the first seed that does, from 0 on, prints a table and
writes mistakes.json; the tests try each mistake with its seed from there.
"""

import json
from pathlib import Path

from chargerctl.simulator.chaos.soak import Replacement

SEEDS = Path(__file__).with_name("mistakes.json")

_INTERLOCK = "charger/interlock.py"
_CONNECTOR = "charger/connector.py"
_CONTROLLER = "charger/controller.py"
_TRANSACTIONS = "charger/ocpp/transactions.py"
_JOURNAL = "charger/journal.py"
_INTERRUPTED = "charger/interrupted.py"
_SAMPLES = "charger/ocpp/samples.py"
_RPC = "charger/ocpp/rpc.py"
_AUTHORIZATION = "charger/ocpp/authorization.py"
_AVAILABILITY = "charger/ocpp/availability.py"
_BOOT = "charger/ocpp/boot.py"
_REGISTRATION = "charger/ocpp/registration.py"
_RESET = "charger/ocpp/reset.py"
_REMOTE = "charger/ocpp/remote.py"
_SOCKET = "charger/net/packet_socket.py"

MISTAKES = {
    # The relay and the lock.
    "opening is debounced": (
        _INTERLOCK,
        'if self._relay.closed and not plugged:\n            self._open("cable unplugged")',
        "if self._relay.closed and not plugged and ticks.diff(now, self._edge) >= self._limits.unplug_confirm_ms:"
        '\n            self._open("cable unplugged")',
    ),
    "a stale authorisation is obeyed": (
        _INTERLOCK,
        "ticks.diff(now, self._unused_since) >= self._limits.stale_authorization_ms",
        "False",
    ),
    "the relay closes before the lock": (
        _INTERLOCK,
        "            and self._lock.engaged\n            and self._lock_settled\n",
        "",
    ),
    "revoke does not open": (_INTERLOCK, '        self._open("authorisation ended")\n', ""),
    "the cable settles on through a break": (
        _INTERLOCK,
        "            self._edge = now\n            self._stable = False\n",
        "            self._edge = now\n",
    ),
    "the lock does not wait for the contacts": (
        _INTERLOCK,
        "if not self._lock_wanted and self._relay_quiet:",
        "if not self._lock_wanted and not live:",
    ),
    "the contacts do not rest": (_INTERLOCK, "            and self._rested\n", ""),
    "one closing more than the limit": (
        _INTERLOCK,
        "return len(closings) < self._limits.most_cycles",
        "return len(closings) <= self._limits.most_cycles",
    ),
    "the emergency stop counts during a charge only": (
        _INTERLOCK,
        "        if self._emergency_stop.pressed():\n",
        "        if self._emergency_stop.pressed() and self._relay.closed:\n",
    ),
    # The connector.
    "the own card does not stop": (
        _CONNECTOR,
        'if _same(tag, state.tag):\n        if state.running:\n            return _end(state, "Local", tag)\n',
        "if _same(tag, state.tag):\n        if state.running:\n            return state, ()\n",
    ),
    "the end of a transaction does not unlock": (
        _CONNECTOR,
        "((REVOKE, None), (UNLOCK, None), (FINISH, (reason, tag)))",
        "((REVOKE, None), (FINISH, (reason, tag)))",
    ),
    "a cable that comes is taken for a used one": (
        _CONNECTOR,
        "used=state.running or state.phase == FINISHING)",
        "used=state.used)",
    ),
    "the unplugged cable is told as a card": (
        _CONNECTOR,
        'return _end(state, "EVDisconnected", None)',
        'return _end(state, "Local", state.tag)',
    ),
    "the emergency stop is told as something else": (
        _CONNECTOR,
        '"EmergencyStop" if fault == "EmergencyStop" else "Other"',
        '"Other" if fault == "EmergencyStop" else "EmergencyStop"',
    ),
    "a refused card does not hold its cable": (
        _CONNECTOR,
        "    if not state.by_card:\n        return _end(state, reason, None)\n",
        "    if state.by_card:\n        return _end(state, reason, None)\n",
    ),
    "an answer about a card that has left still counts": (
        _CONNECTOR,
        "    tag, parent = answer\n    if tag != state.asking:\n        return state, ()\n",
        "    tag, parent = answer\n",
    ),
    "another's card cancels who waits for the cable": (
        _CONNECTOR,
        "    if state.tag is None:\n        state = _but(state, phase=AUTHORIZING, by_card=True)\n",
        "    if not state.running and not holds_cable(state):\n"
        "        state = _but(state, phase=AUTHORIZING, by_card=True)\n",
    ),
    # From events to requests.
    "a lost reader ends no charge": (
        _CONTROLLER,
        "            self.handle(connector.READER_LOST)\n",
        "            pass\n",
    ),
    "meterStart is always 0": (
        _CONTROLLER,
        "what, state.parent, state.by_card, self._meter.energy_wh, self.start_answered",
        "what, state.parent, state.by_card, 0, self.start_answered",
    ),
    "a refused start is not noticed": (
        _CONTROLLER,
        "        if accepted:\n            self.handle(connector.PARENT, parent)\n",
        "        if True:\n            self.handle(connector.PARENT, parent)\n",
    ),
    "a permit without a written start": (
        _CONTROLLER,
        "        if journal.written:\n            self._interlock.permit(since)\n",
        "        if True:\n            self._interlock.permit(since)\n",
    ),
    # Messages.
    "StopTransaction is lost on reconnect": (
        _TRANSACTIONS,
        "        if record is None or error is LOST:\n",
        "        if error is LOST and record.kind == journal.STOP:\n"
        "            self._settle(record)\n"
        "            return\n"
        "        if record is None or error is LOST:\n",
    ),
    "one failed attempt too many": (
        _TRANSACTIONS,
        "elif record.attempts >= attempts:",
        "elif record.attempts > attempts:",
    ),
    "samples do not wait for their interval": (
        _SAMPLES,
        "            if interval == self._interval and count != self._count:\n",
        "            if interval:\n",
    ),
    "a stop has the time of its start": (
        _TRANSACTIONS,
        "self._journal.stop(self._session, unix, energy_wh",
        "self._journal.stop(self._session, unix - self.elapsed_s, energy_wh",
    ),
    "samples in kilowatt-hours": (_SAMPLES, '"Wh"', '"kWh"'),
    "an unanswered message is sent again at once": (
        _TRANSACTIONS,
        "self._retry_at_s = self._uptime.seconds + wait_s",
        "self._retry_at_s = self._uptime.seconds",
    ),
    "a queue overruns": (
        _JOURNAL,
        "        self._content.queue.append(item)\n",
        "        self._content.queue.append(item)\n"
        "        if len(self._content.queue) > 12:\n            self._content.queue.pop(0)\n",
    ),
    "calls are given up after three seconds": (
        _RPC,
        "timeout_ms = self._configuration.message_timeout_s * 1000",
        "timeout_ms = self._configuration.message_timeout_s * 100",
    ),
    "UnlockConnector ends a transaction as its card would": (
        "charger/ocpp/unlock.py",
        'charger.controller.remote_stop("UnlockCommand")',
        'charger.controller.remote_stop("Local")',
    ),
    "a trigger is accepted and forgotten": (
        "charger/ocpp/trigger.py",
        "    if accepted and wanted:\n",
        "    if accepted and not wanted:\n",
    ),
    "any RemoteStop stops": (
        _REMOTE,
        "transaction_id == self._transactions.running_id",
        "self._transactions.running_id is not None",
    ),
    "a remote start is accepted and forgotten": (
        _CONTROLLER,
        "        self._remote = (connector.REMOTE_START, (id_tag, authorized))\n",
        "",
    ),
    "an expired card is accepted": (
        _AUTHORIZATION,
        'None if status == "Accepted" else "Rejected"',
        'None if status in ("Accepted", "Expired") else "Rejected"',
    ),
    "a card that the cache refuses charges offline": (
        _AUTHORIZATION,
        '            why = "Rejected"\n',
        "            why = None\n",
    ),
    "the cache never expires": (
        "charger/ocpp/cache.py",
        "return end != 0 and (unix is None or unix >= end)",
        "return False",
    ),
    "an empty parent names a group": (
        _AUTHORIZATION,
        " and len(parent) <= _MAX_ID_TAG and printable(parent) and parent.strip()\n",
        "\n",
    ),
    "a status that may be lost is not sent again": (
        _AVAILABILITY,
        "            self._sent[connector_id] = None\n",
        "            self._sent[connector_id] = change[1]\n            self._drop(change)\n",
    ),
    "Pending counts as Accepted": (
        _REGISTRATION,
        "        self._rpc.registration = status\n",
        '        self._rpc.registration = status = "Accepted" if status == "Pending" else status\n',
    ),
    "a call that was repeated is obeyed again": (
        "charger/ocpp/calls.py",
        "        if what is not None:\n",
        "        if False:\n",
    ),
    "a card waits behind any call": (
        _AUTHORIZATION,
        "elif self._rpc.make_way(now):",
        "elif self._rpc.free:",
    ),
    "heartbeats are ten times too rare": (
        _BOOT,
        "seconds - self._rpc.called_s >= interval_s",
        "seconds - self._rpc.called_s >= 10 * interval_s",
    ),
    "a Soft reset does not wait for the stop": (
        _RESET,
        "done = not self._rpc.answers and self._transactions.idle",
        "done = not self._rpc.answers",
    ),
    "a Reset is accepted and not carried out": (
        _RESET,
        "            self._reboot()\n",
        "            self._reason = self._reboot_at = None\n",
    ),
    # What the central system has set.
    "Inoperative is forgotten over a reset": (
        "charger/core.py",
        "operative = not (board.journal.get(INOPERATIVE) or 0) & 1 if operative else None",
        "operative = True if operative else None",
    ),
    "Inoperative is accepted and not obeyed": (
        "charger/ocpp/change_availability.py",
        "    controller.handle(connector.AVAILABILITY, operative)\n",
        "",
    ),
    "a key is forgotten over a reset": (
        "charger/ocpp/configuration.py",
        "        if value is not None:\n            present[number] = value\n",
        "        if value is not None and number == 40:\n            present[number] = value\n",
    ),
    # The journal.
    "the journal forgets the newest message": (
        _JOURNAL,
        "parts = [self._urgent] + queue[len(queue) - self._new :]",
        "parts = [self._urgent] + queue[len(queue) - self._new : -1]",
    ),
    "ids start anew after a reset": (
        _JOURNAL,
        "        content.number = boots << 16\n",
        "        content.number = 1 << 16\n",
    ),
    "the answer to a start is forgotten over a reset": (
        "charger/journal_content.py",
        "        content.ids[session] = transaction_id\n",
        "",
    ),
    "the register starts at 0 again": (
        _SAMPLES,
        "        meter.energy_wh += records.get(journal.REGISTER_WH) or 0\n",
        "",
    ),
    "an interrupted transaction gets no stop": (
        _INTERRUPTED,
        "        charger.transactions.stop(reason, None, running.last_wh, running.last_unix)\n",
        "",
    ),
    "a stop after a power cut has the reason Reboot": (
        _INTERRUPTED,
        'reason = "PowerLoss" if reset_reason in _POWER else "Reboot"',
        'reason = "Reboot"',
    ),
    "an interrupted transaction stops when the program starts again": (
        _INTERRUPTED,
        "running.last_wh, running.last_unix)",
        "running.last_wh)",
    ),
    "a transaction goes on after a reset without the owner's leave": (
        _INTERRUPTED,
        "    if not resume:\n",
        "    if resume is None:\n",
    ),
    "a transaction goes on after a reset though its start was not accepted": (
        _INTERRUPTED,
        "    elif not running.accepted:\n",
        "    elif False:\n",
    ),
    # The link.
    "an answer of the broker is awaited for ever": (
        _SOCKET,
        "        if ticks.reached(now, self._wait_until):\n"
        '            raise LinkError(f"no answer from the broker in {WAIT_MS // 1000} s")\n',
        "",
    ),
    "an answer of the broker is awaited within the pass": (
        _SOCKET,
        '                raise NotYetError("no answer yet")\n',
        "                import time\n"
        "                while not self.fetch(self._ticks_ms()):\n"
        "                    self.flush(self._ticks_ms())\n"
        "                    time.sleep(0.005)\n"
        "                return self.recv_into(target, n)\n",
    ),
    "a retained call is obeyed": ("charger/net/framing.py", "elif first & 1:", "elif False:"),
    "a lost network is not noticed": (
        "charger/net/wifi.py",
        "        elif self.connected:\n            self._lose(now)\n",
        "",
    ),
    "a time server that is not synchronised is believed": (
        "charger/net/time_answer.py",
        "if packet[0] >> 6 == 3 or packet[1] > 15:",
        "if False:",
    ),
    # Time, faults and the parts.
    "the tick counter is taken for one that never wraps": (
        "charger/ticks.py",
        "return ((later - earlier + _HALF) & _MASK) - _HALF",
        "return later - earlier",
    ),
    "the central system's time wins": (
        "charger/clock.py",
        "may = source == _NTP or not self.from_ntp",
        "may = True",
    ),
    "stamps go back with the clock": (
        "charger/clock.py",
        "self._ahead = max(0, self._ahead - step)",
        "self._ahead = 0",
    ),
    "a latched fault is not written down": (
        "charger/housekeeping.py",
        "fault is not self._kept\n            or (",
        "(",
    ),
    "the reset button clears a latched fault": (
        "charger/start.py",
        "store.save(0, None if reset.was_off() else store.fault)",
        "store.save(0, None)",
    ),
    "pulses are counted again and again": (
        "charger/hardware/meter.py",
        "            self.pulses = count\n",
        "",
    ),
    "a part that works again stays lost": (
        "charger/hardware/health.py",
        "            self.lost = False\n",
        "            pass\n",
    ),
    "a card that is held counts again": (
        "charger/hardware/reader.py",
        "if card is None or card == self._card:",
        "if card is None:",
    ),
    "any call may block during a charge": (
        "charger/stalls.py",
        "return ms <= self._max_stall_ms or (",
        "return True or (",
    ),
    "the light of a charge is that of Available": (
        "charger/hardware/led.py",
        '"Charging": b"\\x00\\x00\\x14"',
        '"Charging": b"\\x14\\x00\\x00"',
    ),
}


# Those that no episode finds, and why.
NOT_FOUND: dict[str, str] = {}


def replacements(mistake: str) -> tuple[Replacement, ...]:
    return (Replacement(*MISTAKES[mistake]),)


def seeds() -> dict[str, int | None]:
    """The first seed that finds each mistake; None: none of 200 did."""
    found: dict[str, int | None] = json.loads(SEEDS.read_text(encoding="utf-8"))
    return found
