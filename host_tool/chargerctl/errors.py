# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The root of all errors that a user can do something about.

The text of an error is part of the interface: what happened, where, and what to do next, without secrets.
Any other exception is a bug in chargerctl and may end in a traceback.
"""

from __future__ import annotations


class ChargerctlError(Exception):
    """A failure: exit status 1. `str(error)` is one line for a person; `details` are added to the JSON."""

    exit_status = 1

    def __init__(self, message: str, **details: object) -> None:
        super().__init__(message)
        self.message = message
        self.details = details

    def lines(self) -> list[str]:
        """The lines for stderr. A problem in a file starts with FILE:LINE:COLUMN, which editors recognise."""
        return [f"chargerctl: {self.message}"]

    def as_json(self) -> dict[str, object]:
        return {"error": self.message, **self.details}


class InputError(ChargerctlError):
    """The command line, the script or the settings are wrong: exit status 2."""

    exit_status = 2


class NotFoundError(InputError):
    """What was named is not there: a charger, a card, a session."""
