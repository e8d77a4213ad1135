# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What may end a charge: what a person did, what the central system asked for or answered, what broke.

Frames are seen as they arrive at the board. A link in trouble, or a program that is blocked, reads them some time later.
"""

from __future__ import annotations

from collections.abc import Iterable

from chargerctl.simulator.chaos.at_the_central import RETAINED_ID
from chargerctl.simulator.chaos.judgements.history import Asked, Boot, Call, History
from chargerctl.simulator.chaos.judgements.transactions import Transaction
from chargerctl.simulator.chaos.scene import REMOTE_TAG

# How long after it each may take effect.
CONTACT_S, CARD_S, FRAME_S = 1.5, 3.0, 8.0
# Longer, where the program may be blocked by a wire, or reads the frame in pieces.
_SLOW_S = 20.0
SLOW = (
    "wire_",
    "chip_without_memory",
    "memory_short",
    "partial",
    "trickle",
    "flood",
    "oversize",
    "held_up",
    "flash_slow",
)
# A contact that does not follow its coil.
_CONTACTOR = ("weld", "stuck")


def late_s(history: History, usual_s: float, begin_s: float, end_s: float) -> float:
    return _SLOW_S if history.spell(SLOW, begin_s - _SLOW_S, end_s) else usual_s


def unplugged(history: History, begin_s: float, end_s: float) -> bool:
    return False in [now for _, now in history.plugged.changes(begin_s, end_s)]


def stopped_by_hand(history: History, begin_s: float, end_s: float) -> bool:
    return True in history.estop.within(begin_s, end_s)


def service(history: History, begin_s: float, end_s: float) -> bool:
    return True in history.service.within(begin_s, end_s)


def cards(history: History, begin_s: float, end_s: float) -> list[str]:
    """Everything that was on the reader."""
    return [uid for uid in history.card.within(begin_s, end_s) if uid is not None]


def presentations(history: History, tag: str, begin_s: float, end_s: float) -> int:
    """How often the card came."""
    came = [uid for _, uid in history.card.changes(begin_s, end_s)]
    return came.count(tag) + (history.card.at(begin_s) == tag)


def asked(boot: Boot, action: str, begin_s: float, end_s: float) -> list[Asked]:
    """Calls of the central system that may have been obeyed."""
    return [
        each
        for each in boot.asked
        if each.action == action and begin_s <= each.at_s <= end_s and not each.id.startswith(RETAINED_ID)
    ]


def remote_stop(boot: Boot, numbers: set[int], begin_s: float, end_s: float) -> bool:
    return any(
        each.payload.get("transactionId") in numbers and not each.refused
        for each in asked(boot, "RemoteStopTransaction", begin_s, end_s)
    )


def reset_asked(boot: Boot, begin_s: float, end_s: float, kind: str | None = None) -> bool:
    return any(
        kind in (None, each.payload.get("type")) and not each.refused
        for each in asked(boot, "Reset", begin_s, end_s)
    )


def unlock_asked(boot: Boot, begin_s: float, end_s: float) -> bool:
    return bool(asked(boot, "UnlockConnector", begin_s, end_s))


def start_refused(boot: Boot, begin_s: float, end_s: float) -> bool:
    return any(
        call.answered_s is not None
        and begin_s <= call.answered_s <= end_s
        and call.status not in (None, "Accepted")
        for call in boot.called("StartTransaction")
    )


def contactor(history: History, begin_s: float, end_s: float) -> bool:
    return history.spell(_CONTACTOR, begin_s, end_s)


def answers_about(history: History, boot: Boot, tag: str) -> list[Call]:
    """What the central system has said about a card until the end of `boot`: it is remembered over a reset."""
    return [
        call
        for each in history.boots[: boot.number + 1]
        for call in each.called("Authorize", "StartTransaction", "StopTransaction")
        if str(call.payload.get("idTag")).upper() == tag.upper()
    ]


def parents(history: History, boot: Boot, tag: str) -> set[str]:
    """Every group that the central system has named for a card."""
    return {call.parent for call in answers_about(history, boot, tag) if call.parent is not None}


def may_stop(history: History, boot: Boot, uid: str, tag: str) -> bool:
    """A card may end what `tag` began: it is the same, it is of the same group, or who began has no card here."""
    if uid.upper() == tag.upper() or tag.startswith(REMOTE_TAG):
        return True
    accepted = any(call.status == "Accepted" for call in answers_about(history, boot, uid))
    return accepted and bool(parents(history, boot, uid) & parents(history, boot, tag))


def numbers(calls: Iterable[Call]) -> set[int]:
    """The transactionIds in the answers to these StartTransactions."""
    answers = [call.answer for call in calls if isinstance(call.answer, dict)]
    return {answer["transactionId"] for answer in answers if isinstance(answer.get("transactionId"), int)}


def started_until(history: History, boot: Boot) -> set[int]:
    """Those of all starts until then: a transaction may go on after a reset."""
    boots = history.boots[: boot.number + 1]
    return numbers(call for each in boots for call in each.called("StartTransaction"))


def at_work(history: History, found: list[Transaction], begin_s: float, end_s: float) -> list[Transaction]:
    """The transactions that may have run at some time in between."""
    slack_s = history.slack_s
    if slack_s is None:
        return found
    return [each for each in found if each.begin_s - slack_s <= end_s and each.end_s + 1 + slack_s >= begin_s]
