# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The superloop: tasks in a fixed order, each with a time budget, and the one place that feeds the watchdog (`_feed`).

No task waits. A library that must wait calls `pump`, which keeps the urgent tasks (interlock, inputs, connector,
outputs) running meanwhile. A task that raises is logged once and left alone for a while; when it is one that the
relay depends on, the charger is made safe first.
"""

import errno

from micropython import const

from charger import ticks

# For how long waiting tasks are vouched for: then the operation fails, and nothing feeds the watchdog.
PUMP_MS = 5000
# After a task that took this long the relay comes first again, before anything else may take its time.
_LATE_MS = const(20)
# After one that took this long nothing else may stand still in the same pass: the watchdog counts all of it.
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
    """`describe(error) -> list of lines`: the traceback. Nothing runs before `begin`."""

    def __init__(self, ticks_ms, stalls, describe, log):
        self._ticks_ms = ticks_ms
        self._stalls = stalls
        self._describe = describe
        self._log = log
        self._urgent = self._rest = ()
        self._watchdog = None
        self._make_safe = None
        # In the last round every urgent task ran or rested.
        self._urgent_ran = False
        # Since when a task may be waiting.
        self._started = ticks_ms()
        # Of the task that runs: since when without a pump, and its longest such stretch.
        self._since = 0
        self._longest_ms = 0
        self._late = False

    def begin(self, urgent, rest, watchdog, make_safe):
        """`urgent` and `rest`: tuples of Task, run in that order. `make_safe()` opens the relay for good."""
        self._urgent = urgent
        self._rest = rest
        self._watchdog = watchdog
        self._make_safe = make_safe

    def run(self):
        while True:
            self.run_pass()

    def run_pass(self):
        self._stalls.spent = False
        self._run_urgent()
        for task in self._rest:
            if self._late:
                # What stood still has come back. Two such in one pass must not add up to a reset.
                self._started = self._ticks_ms()
                self._feed()
                self._run_urgent()
            self._started = self._ticks_ms()
            self._stalls.granted_ms = 0
            self._run(task)
        self._started = self._ticks_ms()
        self._feed()

    def pump(self):
        """One round of the urgent tasks, for a task that waits. OSError(ETIMEDOUT) once it has waited for PUMP_MS."""
        started = self._ticks_ms()
        if ticks.diff(started, self._started) >= PUMP_MS:
            raise OSError(errno.ETIMEDOUT, "waited too long")
        longest_ms = max(self._longest_ms, ticks.diff(started, self._since))
        self._run_urgent()
        self._feed()
        self._longest_ms = longest_ms
        self._since = self._ticks_ms()

    def _feed(self):
        """The watchdog is content while every urgent task runs, or rests within its back-off, and no task waits for
        longer than PUMP_MS. A task that hangs does not come here at all."""
        if self._urgent_ran and ticks.diff(self._ticks_ms(), self._started) < PUMP_MS:
            self._watchdog.feed()

    def _run_urgent(self):
        self._late = False
        all_ran = True
        for task in self._urgent:
            if not self._run(task):
                all_ran = False
        self._urgent_ran = all_ran

    def _run(self, task):
        """False when it failed just now."""
        now = self._ticks_ms()
        if task.resting:
            if not ticks.reached(now, task.resume_at):
                return True
            task.resting = False
        self._since = now
        self._longest_ms = 0
        failed = False
        try:
            task.step(now)
            if task.failures and ticks.diff(now, task.resume_at) >= _LONGEST_BACK_OFF_MS:
                task.failures = 0
        except Exception as error:  # noqa: BLE001 - the boundary: whatever a task's defect is, the others go on
            failed = True
            self._failed(task, error, now)
        took = max(self._longest_ms, ticks.diff(self._ticks_ms(), self._since))
        if took >= _LATE_MS:
            self._late = True
        if took >= _STALL_MS:
            self._stalls.spent = True
        if took > task.budget_ms + self._stalls.granted_ms:
            self._overran(task, took)
        return not failed

    def _failed(self, task, error, now):
        if task.vital:
            self._make_safe()
        task.failures += 1
        back_off = min(_FIRST_BACK_OFF_MS << min(task.failures - 1, 6), _LONGEST_BACK_OFF_MS)
        task.resting = True
        task.resume_at = ticks.add(now, back_off)
        if task.failures == 1:
            for line in self._describe(error):
                self._log("loop", line)
        self._log(
            "loop", "{} failed ({}), again in {} s".format(task.name, type(error).__name__, back_off // 1000)
        )

    def _overran(self, task, took):
        task.overruns += 1
        # At 1, 2, 4, 8 ...: a task that is always late must not fill the log.
        if task.overruns & (task.overruns - 1) == 0:
            self._log(
                "loop",
                "{} took {} ms of {}, overrun {}".format(task.name, took, task.budget_ms, task.overruns),
            )
