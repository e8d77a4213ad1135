# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The one root of what a user can do something about.

The text of an error is part of the interface: what happened, where, and what to do next, without secrets.
Everything that is not a ChargerctlError is a defect of chargerctl and may end in a traceback.
"""

from __future__ import annotations


class ChargerctlError(Exception):
    """It failed: exit status 1. `str(error)` is one line for a person; `details` go into the JSON beside it."""

    exit_status = 1

    def __init__(self, message: str, **details: object) -> None:
        super().__init__(message)
        self.message = message
        self.details = details

    def lines(self) -> list[str]:
        """What is shown on stderr, a line each. What has a place in a file begins with that, for editors."""
        return [f"chargerctl: {self.message}"]

    def as_json(self) -> dict[str, object]:
        return {"error": self.message, **self.details}


class InputError(ChargerctlError):
    """The command line, the script or the settings are wrong: exit status 2."""

    exit_status = 2
