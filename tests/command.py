# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Scripts on the real firmware in virtual time, by the command that a person would type, and without it: fixtures for a
conftest."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass

import pytest

from tests.warm import Warm

# Virtual time goes fast: a simulation that takes longer than this hangs.
_TIMEOUT_S = 240


@dataclass
class Outcome:
    """What `chargerctl simulate` did."""

    status: int
    stdout: str
    stderr: str

    @property
    def events(self):
        return [json.loads(line) for line in self.stdout.splitlines()]

    def all(self, kind, **fields):
        """The events of a kind that have these fields."""
        wanted = {"kind": kind, **fields}
        return [event for event in self.events if wanted.items() <= event.items()]

    @property
    def summary(self):
        assert self.events[-1]["kind"] == "summary", self.report()
        return self.events[-1]

    @property
    def found(self):
        """What the failed expectation found instead."""
        (failed,) = self.all("expect", ok=False)
        return failed["found"]

    def report(self):
        """For a failed test: what the console said and which expectation did not hold."""
        said = [f"{e['t']:9.3f} {e['text']}" for e in self.events if e["kind"] in ("console", "expect")]
        why = [f"{e['text']}: {e['found']}" for e in self.all("expect", ok=False)]
        return "\n".join([*said[-60:], *why, self.stderr, f"exit status {self.status}"])

    def must_hold(self):
        """Every line held."""
        assert self.status == 0, self.report()
        return self


def _environment(settings, changes):
    env = {name: value for name, value in os.environ.items() if not name.startswith(("CHARGER", "COLUMNS"))}
    return env | {f"CHARGER_{name}": value for name, value in (settings or {}).items()} | changes


@pytest.fixture
def chargerctl(tmp_path):
    """Run chargerctl in an empty folder; `settings` become CHARGER_ variables. Gives an Outcome."""

    def run(*arguments, settings=None, **environment):
        done = subprocess.run(
            [sys.executable, "-m", "chargerctl.cli.main", *map(str, arguments)],
            cwd=tmp_path,
            env=_environment(settings, environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=_TIMEOUT_S,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture(scope="session")
def warm():
    warm = Warm()
    yield warm
    warm.close()


@pytest.fixture
def play(warm, tmp_path):
    """Play the script of a file in an empty folder, as `chargerctl simulate --json --script` does. Gives an Outcome."""

    def run(path, settings=None):
        return Outcome(*warm.play(path, tmp_path, _environment(settings, {}), _TIMEOUT_S))

    return run


@pytest.fixture
def simulate(play, tmp_path):
    """Play the text of a script."""

    def run(text, settings=None):
        path = tmp_path / "test.script"
        path.write_text(text, encoding="utf-8")
        return play(path, settings)

    return run
