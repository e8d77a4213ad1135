# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a central system answers to the calls of a charger. Its books decide; nothing is kept yet."""

from __future__ import annotations

from typing import Any

from chargerctl.central.books.interface import Books, Payload
from chargerctl.central.conversation.ledger import whole
from chargerctl.central.conversation.manner import Manner
from chargerctl.central.messages.defaults import timestamp
from chargerctl.central.messages.schemas import CALL_RESULT, FrameError, check_payload

# How long a charger waits that is not accepted, at most, before it asks again: somebody may be entering it just now.
_REJECTED_S = 60


def usual_answer(
    books: Books, manner: Manner, action: str, payload: Payload, now: float, clock: float, interval: int
) -> Payload:
    """A valid answer to a valid call. `now` is Unix time, `clock` what the central system takes it for, `interval` that of
    heartbeats in seconds. Raises FrameError for an action of a central system."""
    if action == "BootNotification":
        status = books.registration(payload, now)
        wait = interval if status == "Accepted" else min(interval, _REJECTED_S)
        return {"status": status, "currentTime": timestamp(clock), "interval": wait}
    if action == "Heartbeat":
        return {"currentTime": timestamp(clock)}
    if action == "Authorize":
        return {"idTagInfo": books.id_tag_info(payload["idTag"], now)}
    if action == "StartTransaction":
        info = books.id_tag_info(payload["idTag"], now)
        return {"transactionId": books.transaction_id(payload), "idTagInfo": info}
    if action == "StopTransaction":
        return {"idTagInfo": books.id_tag_info(payload["idTag"], now)} if "idTag" in payload else {}
    if action in manner.answers:
        return dict(manner.answers[action])
    raise FrameError("NotSupported", f"a charge point does not call {action}")


def is_usable(action: str, answer: Any) -> bool:
    """A charger can do with the answer; a script may have any."""
    try:
        check_payload(CALL_RESULT, action, answer)
    except FrameError:
        return False
    return action != "StartTransaction" or whole(answer["transactionId"]) is not None
