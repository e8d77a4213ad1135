# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Charge points for tests in which the central system, its broker or its database is killed: each plays sessions as a
real one does, and sends a message again until it is answered. It keeps its own truth of what was answered; compare() looks
for it in the books.

    points = [ChargePoint("CP1", OverWebSocket("ws://127.0.0.1:9000/ocpp", "CP1"), seed=1), ...]
    with Playing(points, sessions=5) as playing:
        playing.wait_for_answers(10)        # ... and now kill something, and start it again
        playing.finish()
    assert compare(points, sessions(connection, Filter())) == []
"""

from __future__ import annotations

import asyncio
import json
import random
import threading
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.whole.central.carriers import Carrier

# Answers to the calls of the central system.
_ACCEPTED = {"status": "Accepted"}
_ANSWERS: dict[str, dict[str, Any]] = {
    "ChangeAvailability": _ACCEPTED,
    "ChangeConfiguration": _ACCEPTED,
    "ClearCache": _ACCEPTED,
    "GetConfiguration": {"configurationKey": [], "unknownKey": []},
    "RemoteStartTransaction": {"status": "Rejected"},
    "RemoteStopTransaction": {"status": "Rejected"},
    "Reset": {"status": "Rejected"},
    "TriggerMessage": {"status": "Rejected"},
    "UnlockConnector": {"status": "Unlocked"},
}


@dataclass
class Session:
    """One transaction as the charger knows it. number: from the answer to its start; stopped: its stop was answered."""

    id_tag: str
    meter_start: int
    start_time: str
    number: int | None = None
    meter_stop: int | None = None
    stop_time: str = ""
    stopped: bool = False
    # Of the MeterValues that were answered: time -> Wh.
    meter_values: dict[str, int] = field(default_factory=dict)


class ChargePoint:
    """carrier: how its frames travel. same_id: a message that is sent again keeps its id, else it gets a new one; chargers
    do either. Without `boots_again` it sends no BootNotification after the connection was lost (OCPP-J 5.4)."""

    def __init__(
        self,
        identity: str,
        carrier: Carrier,
        seed: int = 0,
        *,
        patience_s: float = 2.0,
        pause_s: float = 0.02,
        same_id: bool = True,
        boots_again: bool = False,
    ) -> None:
        self.identity = identity
        self.sessions: list[Session] = []
        # What a charger cannot make sense of, in words: two answers that differ, an error as an answer.
        self.troubles: list[str] = []
        self.answered = 0
        self.sent_again = 0
        # Set it, and no more sessions begin.
        self.stopping = False
        self._carrier = carrier
        self._random = random.Random(f"{identity} {seed}")
        self._patience_s = patience_s
        self._pause_s = pause_s
        self._same_id = same_id
        self._boots_again = boots_again
        self._meter = self._random.randrange(1000, 100_000)
        self._count = 0
        # A message may go out under several ids: which message it was, and the transaction that its answers gave it.
        self._messages = 0
        self._message_of: dict[str, int] = {}
        self._transaction_of: dict[int, int] = {}
        # Of two sessions in one millisecond only the first would be a new one.
        self._last_time = 0.0
        # id -> the answer that came for it.
        self._answers: dict[str, list[Any]] = {}
        self._arrived = asyncio.Event()

    async def play(self, sessions: int) -> None:
        """Boot, and charge so many times, or until it is stopping. It ends when the last message was answered."""
        carrying = asyncio.create_task(self._carrier.run(self._received, self._arrived.set))
        try:
            await self._boot()
            for _ in range(sessions):
                if self.stopping:
                    break
                await self._charge()
        finally:
            carrying.cancel()
            await asyncio.gather(carrying, return_exceptions=True)

    async def _boot(self) -> None:
        while True:
            answer = await self._call(
                "BootNotification", {"chargePointVendor": "Tests", "chargePointModel": "Played"}
            )
            if answer.get("status") == "Accepted":
                return
            await asyncio.sleep(self._patience_s)

    async def _charge(self) -> None:
        id_tag = f"CARD{self._random.randrange(10)}"
        await self._call("Authorize", {"idTag": id_tag})
        session = Session(id_tag, self._meter, self._now())
        self.sessions.append(session)
        start = {"connectorId": 1, "idTag": id_tag, "meterStart": session.meter_start}
        answer = await self._call("StartTransaction", {**start, "timestamp": session.start_time})
        session.number = answer["transactionId"]
        await self._status("Charging")
        for _ in range(self._random.randrange(4)):
            await self._read_meter(session)
        self._meter += self._random.randrange(1, 5000)
        session.meter_stop, session.stop_time = self._meter, self._now()
        stop = {"transactionId": session.number, "idTag": id_tag, "meterStop": session.meter_stop}
        await self._call("StopTransaction", {**stop, "timestamp": session.stop_time})
        session.stopped = True
        await self._status("Available")

    async def _read_meter(self, session: Session) -> None:
        self._meter += self._random.randrange(1, 500)
        at = self._now()
        value = {"timestamp": at, "sampledValue": [{"value": str(self._meter), "unit": "Wh"}]}
        meter = self._meter
        await self._call(
            "MeterValues", {"connectorId": 1, "transactionId": session.number, "meterValue": [value]}
        )
        session.meter_values[at] = meter

    async def _status(self, status: str) -> None:
        payload = {"connectorId": 1, "errorCode": "NoError", "status": status, "timestamp": self._now()}
        await self._call("StatusNotification", payload)

    def _now(self) -> str:
        self._last_time = max(time.time(), self._last_time + 0.001)
        moment = datetime.fromtimestamp(self._last_time, UTC)
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    # Messages.

    async def _call(self, action: str, payload: dict[str, Any]) -> dict[str, Any]:
        """The payload of its answer: the same message, until there is one."""
        first = True
        self._messages += 1
        message = self._messages
        call_id = self._new_id(message)
        while True:
            if not first:
                self.sent_again += 1
                if not self._same_id:
                    call_id = self._new_id(message)
                if self._boots_again and action != "BootNotification":
                    await self._boot()
            first = False
            answer = await self._ask(call_id, action, payload)
            if answer is not None and answer[0] == 3:
                self.answered += 1
                await asyncio.sleep(self._random.random() * self._pause_s)
                result: dict[str, Any] = answer[2]
                return result
            if answer is not None:
                # A central system that cannot now (OCPP 1.6, 3.7.1), or that has not seen it boot.
                self._answers.pop(call_id, None)
                if answer[2] == "SecurityError" and action != "BootNotification":
                    await self._boot()
                elif answer[2] != "InternalError":
                    self.troubles.append(f"{self.identity}: {action} was answered with {answer}")
                await asyncio.sleep(self._patience_s)

    async def _ask(self, call_id: str, action: str, payload: dict[str, Any]) -> list[Any] | None:
        """Send it once, when there is a connection; None if it is lost, or there is no answer in time."""
        frame = json.dumps([2, call_id, action, payload])
        while not await self._carrier.send(frame):
            await asyncio.sleep(0.05)
        self._arrived.clear()
        deadline = time.monotonic() + self._patience_s
        while call_id not in self._answers:
            left = deadline - time.monotonic()
            if left <= 0:
                return None
            try:
                await asyncio.wait_for(self._arrived.wait(), left)
            except TimeoutError:
                return None
            self._arrived.clear()
            if call_id not in self._answers and not self._carrier.connected:
                return None
        return self._answers[call_id]

    def _new_id(self, message: int) -> str:
        self._count += 1
        call_id = f"{self.identity[-20:]}-{self._count}"
        self._message_of[call_id] = message
        return call_id

    async def _received(self, frame: str) -> None:
        message = json.loads(frame)
        if message[0] == 2:
            known = _ANSWERS.get(message[2])
            error = [4, message[1], "NotImplemented", "", {}]
            await self._carrier.send(json.dumps(error if known is None else [3, message[1], known]))
            return
        if message[0] == 3 and "transactionId" in message[2]:
            number = message[2]["transactionId"]
            before = self._transaction_of.setdefault(self._message_of[message[1]], number)
            if before != number:
                self.troubles.append(
                    f"{self.identity}: one start was answered with {before}, then with {number}"
                )
        self._answers[message[1]] = message
        self._arrived.set()


class Playing:
    """Plays all of them at once, on a thread of its own, from the beginning of a with statement."""

    def __init__(self, points: Sequence[ChargePoint], sessions: int, timeout_s: float = 300) -> None:
        self._points = points
        self._sessions = sessions
        self._timeout_s = timeout_s
        self._result: Future[None] = Future()
        self._thread = threading.Thread(target=self._run, name="charge-points")
        self._started: Future[tuple[asyncio.AbstractEventLoop, asyncio.Task[None]]] = Future()

    @property
    def answered(self) -> int:
        """Messages that were answered so far."""
        return sum(point.answered for point in self._points)

    def __enter__(self) -> Playing:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        loop, task = self._started.result(self._timeout_s)
        if not self._result.done():
            loop.call_soon_threadsafe(task.cancel)
        self._thread.join(self._timeout_s)

    def wait_for_answers(self, more: int) -> bool:
        """Until `more` further messages were answered; False: everything was played before that."""
        wanted = self.answered + more
        deadline = time.monotonic() + self._timeout_s
        while self.answered < wanted:
            if self._result.done():
                return False
            if time.monotonic() > deadline:
                raise TimeoutError(
                    f"{self.answered} messages were answered, {wanted} wanted: {self._timeout_s} s"
                )
            time.sleep(0.002)
        return True

    def stop(self) -> None:
        """End each charger after the session that it is at."""
        for point in self._points:
            point.stopping = True
        self.finish()

    def finish(self) -> None:
        """Wait until all sessions were played."""
        self._result.result(self._timeout_s)

    def _run(self) -> None:
        try:
            asyncio.run(self._play())
        except BaseException as error:  # noqa: BLE001 - it is raised again where finish() is called
            self._result.set_exception(error)
        else:
            self._result.set_result(None)

    async def _play(self) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._started.set_result((asyncio.get_running_loop(), task))
        await asyncio.gather(*(point.play(self._sessions) for point in self._points))


def compare(points: Iterable[ChargePoint], rows: Iterable[Any]) -> list[str]:
    """What is wrong with the books, a sentence each: transactions lost, doubled, or with another energy. rows: as
    books.queries.sessions gives them. A start that was never answered may be in the books or not."""
    found: list[str] = []
    of_charger: dict[str, list[Any]] = {}
    for row in rows:
        of_charger.setdefault(row.serial, []).append(row)
    for point in points:
        found += point.troubles
        booked = {(row.start_time, row.meter_start): [] for row in of_charger.get(point.identity, [])}
        for row in of_charger.get(point.identity, []):
            booked[row.start_time, row.meter_start].append(row)
        for session in point.sessions:
            same = booked.pop((session.start_time, session.meter_start), [])
            found += [f"{point.identity}: {text}" for text in _compare_one(session, same)]
        found += [f"{point.identity}: {key} is in the books, and was never sent" for key in booked]
    return found


def _compare_one(session: Session, rows: list[Any]) -> list[str]:
    if len(rows) > 1:
        return [f"the session of {session.start_time} is in the books {len(rows)} times"]
    if session.number is None:
        return []
    if not rows:
        return [f"transaction {session.number}, whose start was answered, is not in the books"]
    (row,) = rows
    found = []
    if row.id != session.number:
        found.append(f"transaction {session.number} has the id {row.id} in the books")
    if session.stopped and row.energy_wh is None:
        found.append(f"transaction {session.number}, whose stop was answered, still runs in the books")
    elif session.stopped and row.energy_wh != session.meter_stop - session.meter_start:
        energy = session.meter_stop - session.meter_start
        found.append(f"transaction {session.number} has {row.energy_wh} Wh in the books, not {energy} Wh")
    return found


def compare_meter_values(session: Session, rows: Iterable[Any]) -> list[str]:
    """Likewise for the meter values of one session; rows: as books.queries.meter_values_of gives them."""
    times = [row.time for row in rows]
    found = [
        f"{session.number}: the meter value of {each} is lost"
        for each in session.meter_values
        if each not in times
    ]
    return found + [
        f"{session.number}: the meter value of {each} is doubled"
        for each in set(times)
        if times.count(each) > 1
    ]
