# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the frames between charger and central system say, as far as some passed while the probe listened."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from chargerctl.doctor.finding import FAILED, OK, SKIPPED, WARNING, Finding
from chargerctl.doctor.probe import Login, Probe

_CALL, _RESULT, _ERROR = 2, 3, 4
_MOST_TEXT = 40
# A charger's clock may be off by as much as its messages may wait: only a live one is judged, and roughly.
_MOST_S = 60
_LIVE = ("Heartbeat", "StatusNotification", "MeterValues")


@dataclass(frozen=True)
class _Answered:
    action: str
    ms: int
    failed: bool


def central_findings(login: Login, found: Probe, now: float) -> Iterator[Finding]:
    """Whether the charger is there, whether the central system answers, and the charger's clock. now: Unix seconds, at the
    end of the probe. Nothing where the probe was not connected."""
    if found.problem:
        return
    charger, central = (_retained(found, topic) for topic in login.connection_topics)
    if charger == "offline":
        yield Finding(
            "charger",
            WARNING,
            f"the charger is not connected: {login.connection_topics[0]} is `offline`",
            "see its console: chargerctl monitor",
        )
    elif charger == "online":
        yield Finding("charger", OK, f"the charger is connected: {login.connection_topics[0]} is `online`")
    else:
        yield Finding(
            "charger",
            WARNING,
            f"nothing is known of the charger: {login.connection_topics[0]} has no message",
            "it has never connected to this broker with these topics, or the broker does not let this user read it",
        )
    if central == "offline":
        yield Finding(
            "central system",
            FAILED,
            f"it is not there: {login.connection_topics[1]} is `offline`",
            "start the central system or the bridge",
        )
        return
    yield from _conversation(login, found)
    yield from _clock(login, found, now)


def _conversation(login: Login, found: Probe) -> Iterator[Finding]:
    answers = list(_answers(login, found))
    good = [answer for answer in answers if not answer.failed]
    if good:
        slowest = max(good, key=lambda answer: answer.ms)
        yield Finding("central system", OK, f"it answered {slowest.action} in {slowest.ms:,} ms")
    elif answers:
        yield Finding(
            "central system",
            WARNING,
            f"it answered {answers[0].action} with an error",
            "see chargerctl monitor --filter ocpp for its code",
        )
    elif any(message.topic == login.topic_in and not message.retained for message in found.messages):
        yield Finding("central system", OK, f"it sends on {login.topic_in}")
    elif any(message.topic == login.topic_out for message in found.messages):
        yield Finding(
            "central system",
            FAILED,
            f"it did not answer the charger within {found.listened_s:.0f} s: nothing came on {login.topic_in}",
            "see whether it is connected to this broker and has the charger's topics; or the broker's ACL does not let this "
            "user read them",
        )
    else:
        yield Finding(
            "central system",
            SKIPPED,
            f"no frame passed in {found.listened_s:.0f} s",
            "listen longer than a heartbeat (--listen 300), or plug the cable in meanwhile",
        )


def _answers(login: Login, found: Probe) -> Iterator[_Answered]:
    """The charger's calls that were answered."""
    calls: dict[str, tuple[str, float]] = {}
    for message in found.messages:
        frame = _frame(message.payload)
        if message.topic == login.topic_out and frame[:1] == [_CALL] and len(frame) == 4:
            calls[frame[1]] = str(frame[2])[:_MOST_TEXT], message.at
        elif message.topic == login.topic_in and frame[:1] in ([_RESULT], [_ERROR]) and frame[1] in calls:
            action, at = calls[frame[1]]
            yield _Answered(action, round((message.at - at) * 1000), frame[0] == _ERROR)


def _clock(login: Login, found: Probe, now: float) -> Iterator[Finding]:
    """From the time in a live message of the charger."""
    end = max((message.at for message in found.messages), default=0.0)
    for message in found.messages:
        frame = _frame(message.payload)
        if (
            message.topic != login.topic_out
            or frame[:1] != [_CALL]
            or frame[2:3] not in ([each] for each in _LIVE)
        ):
            continue
        stamp = _unix(frame[3]) if len(frame) == 4 else None
        if stamp is None:
            continue
        late = now - (end - message.at) - stamp
        if abs(late) > _MOST_S:
            yield Finding(
                "charger's clock",
                WARNING,
                f"its {frame[2]} has a time {abs(late):,.0f} s {'before' if late > 0 else 'after'} this computer's",
                "see the clock and ntp lines of its console",
            )
        else:
            yield Finding("charger's clock", OK, f"within {_MOST_S} s of this computer's")
        return


def _unix(payload: object) -> float | None:
    text = payload.get("timestamp") if isinstance(payload, dict) else None
    try:
        when = datetime.fromisoformat(text) if isinstance(text, str) else None
        return when.astimezone(UTC).timestamp() if when else None
    except (ValueError, OverflowError):
        return None


def _frame(payload: bytes) -> list[Any]:
    """An OCPP-J frame with an id that is text; [] for anything else."""
    try:
        frame = json.loads(payload)
    except (ValueError, RecursionError):
        return []
    right = (
        isinstance(frame, list)
        and len(frame) >= 3
        and isinstance(frame[1], str)
        and isinstance(frame[0], int)
    )
    return frame if right else []


def _retained(found: Probe, topic: str) -> str:
    """The last message on one of the connection topics; "" for none."""
    texts = [message.payload for message in found.messages if message.topic == topic]
    return texts[-1][:_MOST_TEXT].decode("utf-8", "replace") if texts else ""
