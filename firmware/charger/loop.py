# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The superloop: tasks in a fixed order, each with a time budget, and the one place that feeds the watchdog (`_feed`).

No task waits, and none runs inside another. A task that raises is logged once and left alone for a while; when it is
one that the relay depends on, the charger is made safe first.
"""

from micropython import const

from charger import ticks

# After a task that took this long the relay comes first again, before anything else may take its time.
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


class Loop:
    """`describe(error) -> list of lines`: the traceback. `reserve`: a list that holds some memory, to be cleared when
    there is none left. After `begin`, have `run_pass` called for ever."""

    def __init__(self, ticks_ms, stalls, describe, reserve, log):
        self._ticks_ms = ticks_ms
        self._stalls = stalls
        self._describe = describe
        self._reserve = reserve
        self._log = log
        self._urgent = self._rest = ()
        self._watchdog = None
        self._make_safe = None
        # In the last round every urgent task ran or rested.
        self._urgent_ran = False
        self._late = False

    def begin(self, urgent, rest, watchdog, make_safe):
        """`urgent` and `rest`: tuples of Task, run in that order. `make_safe(latch)` opens the relay; with
        `latch`, for good."""
        self._urgent = urgent
        self._rest = rest
        self._watchdog = watchdog
        self._make_safe = make_safe

    def run_pass(self):
        self._stalls.spent = False
        self._run_urgent()
        for task in self._rest:
            if self._late:
                # A call that blocked has returned. Two such in one pass must not add up to a reset.
                self._feed()
                self._run_urgent()
            self._stalls.granted_ms = 0
            self._run(task)
        self._feed()

    def _feed(self):
        """The watchdog is content while every urgent task runs, or rests within its back-off. A task that hangs does
        not come here at all."""
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
        """False when it failed just now. Its frame lies below all that a task does: what comes later is in _took."""
        now = self._ticks_ms()
        if task.resting and not ticks.reached(now, task.resume_at):
            return True
        task.resting = False
        try:
            task.step(now)
        except Exception as error:  # noqa: BLE001 - the boundary: whatever a task's defect is, the others go on
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
        # Want of memory is no defect of the task: it latches no fault, and where it struck means nothing.
        starved = isinstance(error, MemoryError)
        if starved:
            self._reserve.clear()
        try:
            if task.vital:
                self._make_safe(not starved)
            if task.failures == 1 and not starved:
                for line in self._describe(error):
                    self._log("loop", line)
            text = "{} failed ({}), again in {} s"
            self._log("loop", text.format(task.name, type(error).__name__, back_off // 1000))
        except MemoryError:
            # Not even for a line of the log; the task rests, and the relay is open if it depends on it.
            pass

    def _overran(self, task, took):
        task.overruns += 1
        # At 1, 2, 4, 8 ...: a task that is always late must not fill the log.
        if task.overruns & (task.overruns - 1) == 0:
            self._log(
                "loop",
                "{} took {} ms of {}, overrun {}".format(task.name, took, task.budget_ms, task.overruns),
            )
