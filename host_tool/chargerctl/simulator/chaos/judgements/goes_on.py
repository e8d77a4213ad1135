# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A charge goes on unless something in the world ended it: whenever the relay opens there is a reason outside."""

from __future__ import annotations

from collections.abc import Iterator

from chargerctl.simulator.chaos.judgements import causes
from chargerctl.simulator.chaos.judgements.history import Boot, History
from chargerctl.simulator.chaos.judgements.transactions import transactions

_RESET_S = 0.1
_READER_S = 10.0
# A call that is not answered makes way for a card.
_GIVES_WAY_S = 5.0


def judge(history: History) -> Iterator[tuple[float, str]]:
    for boot in history.boots:
        for at_s, closed in history.relay.changes(boot.begin_s, boot.end_s):
            if not closed and not _has_cause(history, boot, at_s):
                yield at_s, "the relay opened, and nothing in the world had ended the charge"


def _has_cause(history: History, boot: Boot, at_s: float) -> bool:
    def late_s(usual_s: float) -> float:
        return at_s - causes.late_s(history, usual_s, at_s, at_s)

    contact_s, frame_s = late_s(causes.CONTACT_S), late_s(causes.FRAME_S)
    return (
        history.was_reset(at_s - _RESET_S, at_s + _RESET_S)
        or False in history.plugged.within(contact_s, at_s)
        or causes.stopped_by_hand(history, contact_s, at_s)
        or history.reader_trouble(at_s - _READER_S, at_s)
        or causes.contactor(history, at_s - _READER_S, at_s)
        or causes.remote_stop(boot, causes.started_until(history, boot), frame_s, at_s)
        or causes.reset_asked(boot, frame_s, at_s)
        or causes.unlock_asked(boot, frame_s, at_s)
        or causes.start_refused(boot, frame_s, at_s)
        or causes.service(history, contact_s, at_s)
        or _by_card(history, boot, at_s, late_s(causes.CARD_S), frame_s)
    )


def _by_card(history: History, boot: Boot, at_s: float, card_s: float, frame_s: float) -> bool:
    found = transactions(history, boot)
    running = causes.at_work(history, found, at_s, at_s)
    if not running:
        # Its start was never sent: who began it is not known.
        return bool(causes.cards(history, card_s, at_s))
    for each in running:
        if any(causes.may_stop(history, boot, uid, each.tag) for uid in causes.cards(history, card_s, at_s)):
            return True
        for call in boot.called("Authorize"):
            # The answer about another card may be late.
            answered = call.answered_s is not None and frame_s <= call.answered_s <= at_s
            if answered and causes.may_stop(history, boot, str(call.payload["idTag"]), each.tag):
                return True
        if any(causes.may_stop(history, boot, uid, each.tag) for uid in _decided_here(history, boot, at_s)):
            return True
    return False


def _decided_here(history: History, boot: Boot, at_s: float) -> list[str]:
    """Cards about which nobody could be asked: nothing was answered since they came, and they waited in vain."""
    waits_s = _GIVES_WAY_S + history.values.ocpp.authorize_timeout
    answered = [
        call.answered_s for call in boot.calls if call.answered_s is not None and call.answered_s <= at_s
    ]
    since_s = max([at_s - waits_s, *answered])
    return causes.cards(history, since_s, at_s)
