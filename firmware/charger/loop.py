# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The superloop: tasks in a fixed order, each with a time budget, and the one place that feeds the watchdog (`_feed`).

No task waits, and none runs inside another. A task that raises is logged once and rests for a while; when it is one
that the relay depends on, the charger is made safe first.
"""

from micropython import const

from charger import ticks

# After a task that took this long the urgent tasks run again, before any other.
_LATE_MS = const(20)
# After one that took this long no other call may block in the same pass: the watchdog counts all of it.
_STALL_MS = const(100)
_FIRST_BACK_OFF_MS = const(1000)
_LONGEST_BACK_OFF_MS = const(60000)


class Task:
    """`step(now)` returns within `budget_ms`, declared stalls apart."""

    def __init__(self, name, step, budget_ms, vital=False):
        self.name = name
        self.step = step
        self.budget_ms = budget_ms
        self.vital = vital
        self.overruns = 0
        self.failures = 0
        self.resting = False
        self.resume_at = 0


def in_turn(*members):
    """The step of a task that several share, in this order."""

    def step(now):
        for member in members:
            member.step(now)

    return step


class Loop:
    """`urgent` and `rest`: tuples of Task, run in that order. `describe(error) -> list of lines`: the traceback.
    `reserve`: a list that holds some memory, to be cleared when there is none left. `make_safe(now, latch)` opens
    the relay and, with `latch`, keeps it open."""

    def __init__(self, urgent, rest, watchdog, make_safe, ticks_ms, stalls, describe, reserve, log):
        self._urgent = urgent
        self._rest = rest
        self._watchdog = watchdog
        self._make_safe = make_safe
        self._ticks_ms = ticks_ms
        self._stalls = stalls
        self._describe = describe
        self._reserve = reserve
        self._log = log
        # In the last round every urgent task ran or rested.
        self._urgent_ran = False
        self._late = False

    def run_pass(self):
        self._stalls.spent = False
        self._run_urgent()
        for task in self._rest:
            if self._late:
                # A blocking call has returned. Two of them in one pass must not add up to a watchdog reset.
                self._feed()
                self._run_urgent()
            self._stalls.granted_ms = 0
            self._run(task)
        self._feed()

    def _feed(self):
        """Feeds the watchdog while every urgent task runs, or rests within its back-off. A task that hangs never gets
        here."""
        if self._urgent_ran:
            self._watchdog.feed()

    def _run_urgent(self):
        self._late = False
        all_ran = True
        for task in self._urgent:
            if not self._run(task):
                all_ran = False
        self._urgent_ran = all_ran

    def _run(self, task):
        """False when it failed just now. Its frame lies below every task's frames, so it is small: the rest is in _took."""
        now = self._ticks_ms()
        if task.resting and not ticks.reached(now, task.resume_at):
            return True
        task.resting = False
        try:
            task.step(now)
        except Exception as error:  # noqa: BLE001 - the boundary: a task's defect must not stop the others
            self._failed(task, error, now)
        self._took(task, now)
        return not task.resting

    def _took(self, task, now):
        """It began at `now` and is over."""
        if task.failures and not task.resting and ticks.diff(now, task.resume_at) >= _LONGEST_BACK_OFF_MS:
            task.failures = 0
        took = ticks.diff(self._ticks_ms(), now)
        if took >= _LATE_MS:
            self._late = True
        if took >= _STALL_MS:
            self._stalls.spent = True
        if took > task.budget_ms + self._stalls.granted_ms:
            self._overran(task, took)

    def _failed(self, task, error, now):
        task.failures += 1
        back_off = min(_FIRST_BACK_OFF_MS << min(task.failures - 1, 6), _LONGEST_BACK_OFF_MS)
        task.resting = True
        task.resume_at = ticks.add(now, back_off)
        # Lack of memory is not a defect of the task: no fault is latched, and no traceback logged.
        starved = isinstance(error, MemoryError)
        if starved:
            self._reserve.clear()
        try:
            if task.vital:
                self._make_safe(self._ticks_ms(), not starved)
            if task.failures == 1 and not starved:
                for line in self._describe(error):
                    self._log("loop", line)
            text = "{} failed ({}), again in {} s"
            self._log("loop", text.format(task.name, type(error).__name__, back_off // 1000))
        except MemoryError:
            # Not even enough for a line of the log; the task rests, and the relay is open if it depends on it.
            pass

    def _overran(self, task, took):
        task.overruns += 1
        # At 1, 2, 4, 8 ...: a task that is always late must not fill the log.
        if task.overruns & (task.overruns - 1) == 0:
            self._log(
                "loop",
                "{} took {} ms of {}, overrun {}".format(task.name, took, task.budget_ms, task.overruns),
            )
