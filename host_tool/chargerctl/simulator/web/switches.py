# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What lines of the script language leave switched: the board reports what it does, not what was done to it."""

from __future__ import annotations


def switched(line: str) -> dict[str, str]:
    """What a line that has acted leaves behind: name of the switch -> its position."""
    match line.split():
        case ["press" | "release" as done, button]:
            return {button: "pressed" if done == "press" else "released"}
        case ["weld"]:
            return {"contactor": "welded"}
        case ["stuck", "open"]:
            return {"contactor": "stuck open"}
        case ["fail" | "repair" as done, part]:
            works = "failed" if done == "fail" else "works"
            return {part if part == "contactor" else f"{part} wires": works}
        case ["meter" | "wifi" | "link" | "broker" | "upload" as switch, position]:
            return {switch: position}
        case ["ntp", *how]:
            return {"ntp": " ".join(how)}
    return {}
