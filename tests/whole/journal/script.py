# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Three sessions, by card, offline and remote, with changes of the configuration between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.whole.journal.charger import CARD, Charger

# A checkpoint every 20 passes.
WATTS = 360_000


def run(charger: Charger) -> None:
    """The whole script, from power-on."""
    charger.start()
    for _ in steps(charger):
        pass


def steps(charger: Charger) -> Iterator[str]:
    """Each state by its name, while it is there."""
    charger.run(12)
    yield "available"
    change(charger, "MeterValueSampleInterval", "2")
    change(charger, "LocalPreAuthorize", "false")
    yield from session(charger, charger.swipe, lambda: charger.swipe(CARD))
    change(charger, "ConnectionTimeOut", "77")
    charger.call("ChangeAvailability", {"connectorId": 1, "type": "Inoperative"})
    charger.run(1)
    yield "unavailable"
    charger.call("ChangeAvailability", {"connectorId": 1, "type": "Operative"})
    charger.run(1)
    charger.link(False)
    charger.run(0.5)
    yield "offline"
    yield from session(charger, charger.swipe, lambda: charger.plug(False))
    charger.link(True)
    charger.run(4)
    yield "online again"
    change(charger, "TransactionMessageAttempts", "5")
    yield from session(charger, lambda: start_remotely(charger), lambda: stop_remotely(charger))
    charger.run(3)
    yield "all is delivered"


def session(charger: Charger, begin: Callable[[], object], end: Callable[[], object]) -> Iterator[str]:
    charger.plug(True)
    charger.run(0.8)
    yield "plugged"
    begin()
    charger.run(0.2)
    yield "beginning"
    charger.run(0.6, WATTS)
    yield "begun"
    charger.run(5, WATTS)
    yield "charging"
    end()
    charger.run(0.3, WATTS)
    yield "ending"
    charger.run(1.5)
    yield "ended"
    charger.plug(False)
    charger.run(1.5)


def change(charger: Charger, key: str, value: str) -> None:
    charger.call("ChangeConfiguration", {"key": key, "value": value})
    charger.run(0.3)


def start_remotely(charger: Charger) -> None:
    charger.call("RemoteStartTransaction", {"connectorId": 1, "idTag": "REMOTE-1"})


def stop_remotely(charger: Charger) -> None:
    running = charger.central.ledger.running
    charger.call("RemoteStopTransaction", {"transactionId": running.id if running else 0})


def recover(charger: Charger, reason: str = "power") -> None:
    """What comes after a cut or a reset: power and network are there, the cable is out, and everything is delivered; then
    one more session, so that a journal that only seems whole shows itself."""
    charger.online = True
    charger.plugged = False
    charger.start(reason)
    settle(charger)
    for _ in session(charger, charger.swipe, charger.swipe):
        pass
    settle(charger)


def settle(charger: Charger) -> None:
    """Online, until all messages are delivered."""
    charger.run(9)
    for _ in range(60):
        assert charger.rig is not None
        if not len(charger.rig.journal):
            break
        charger.run(2)
    charger.run(1)
