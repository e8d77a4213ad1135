# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Draws docs/states.svg from the connector's own table: python -m docs.state_diagram

Every state that the events lead to is tried with every event. Where the phases stand, and where an arrow runs, is LAYOUT;
which arrows there are, and what is written on them, comes from firmware/charger/connector.py. tests/whole/test_docs.py
fails when the picture is not what this makes.
"""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

PICTURE = Path(__file__).with_name("states.svg")

# Every event with the arguments that make a difference: two cards, of one group or not.
EVENTS: dict[str, tuple[Any, ...]] = {
    "CABLE_IN": (None,),
    "CABLE_OUT": (None,),
    "CARD": ("A", "B"),
    "AUTHORIZED": (("A", None), ("A", "GROUP"), ("B", None), ("B", "GROUP")),
    "REFUSED": (("A", "Rejected"), ("B", "Rejected")),
    "REMOTE_START": ("A", "B"),
    "STOP": ("Remote",),
    "START_REFUSED": (None, "GROUP"),
    "PARENT": (None, "GROUP"),
    "RELEASE": (None, "A", "B"),
    "CONNECTION_TIMEOUT": (None,),
    "PERMIT_LOST": (None,),
    "READER_LOST": (None,),
    "FAULT": ("EmergencyStop",),
    "FAULT_CLEARED": (None,),
    "RESTART": ("SoftReset",),
}

# The phases in the frame: a fault leads from each of them to Faulted.
OPERATIVE = ("Available", "Preparing", "Authorizing", "Charging", "Finishing")
FRAME = "operative"

NODES = {  # centre
    "Available": (165, 150),
    "Preparing": (715, 150),
    "Authorizing": (440, 345),
    "Charging": (715, 540),
    "Finishing": (165, 540),
    "Faulted": (225, 742),
    "Unavailable": (640, 742),
}

# The way of each arrow, then where its label is: x, y of the first line, and which end of the text is there.
LAYOUT = {
    ("Available", "Preparing"): ("M240 138 H638", 440, 128, "middle"),
    ("Preparing", "Available"): ("M640 162 H242", 440, 182, "middle"),
    ("Available", "Authorizing"): ("M196 176 Q226 304 363 333", 210, 264, "end"),
    ("Authorizing", "Available"): ("M376 319 Q276 282 228 178", 330, 208, "start"),
    ("Preparing", "Authorizing"): ("M684 176 Q654 304 517 333", 670, 264, "start"),
    ("Authorizing", "Preparing"): ("M504 319 Q604 282 652 178", 550, 208, "end"),
    ("Preparing", "Charging"): ("M738 176 V512", 750, 340, "start"),
    ("Authorizing", "Charging"): ("M517 357 Q630 384 684 512", 640, 402, "start"),
    ("Authorizing", "Finishing"): ("M376 371 Q276 408 228 512", 314, 436, "start"),
    ("Finishing", "Authorizing"): ("M196 514 Q226 386 363 357", 210, 434, "end"),
    ("Charging", "Finishing"): ("M640 552 H242", 440, 572, "middle"),
    ("Finishing", "Charging"): ("M240 528 H638", 440, 518, "middle"),
    ("Preparing", "Finishing"): (
        "M790 150 H820 Q836 150 836 166 V586 Q836 602 820 602 H206 Q190 602 190 586 V568",
        440,
        619,
        "middle",
    ),
    ("Finishing", "Available"): ("M142 514 V178", 130, 349, "end"),
    ("Charging", "Available"): (
        "M715 566 V614 Q715 630 699 630 H62 Q46 630 46 614 V166 Q46 150 62 150 H88",
        440,
        647,
        "middle",
    ),
    (FRAME, "Faulted"): ("M210 652 V714", 198, 687, "end"),
    ("Faulted", FRAME): ("M240 716 V654", 252, 682, "start"),
}

STYLE = """
  text { font: 14px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; fill: #1f2328 }
  .page { fill: #ffffff; stroke: #d1d9e0 }
  .frame { fill: #f6f8fa; stroke: #8c959f; stroke-dasharray: 5 4 }
  .phase { fill: #ddf4ff; stroke: #0969da; stroke-width: 1.5 }
  .Charging { fill: #dafbe1; stroke: #1a7f37 }
  .Faulted { fill: #ffebe9; stroke: #cf222e }
  .Unavailable { fill: #eaeef2; stroke: #6e7781 }
  .name { font-size: 16px; font-weight: 600; text-anchor: middle }
  .label { font-size: 13px }
  .quiet { font-size: 13px; fill: #59636e }
  .way { fill: none; stroke: #57606a; stroke-width: 1.5; marker-end: url(#head) }
  .head, .start { fill: #57606a }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc }
    .page { fill: #0d1117; stroke: #3d444d }
    .frame { fill: #151b23; stroke: #656c76 }
    .phase { fill: #121d2f; stroke: #4493f8 }
    .Charging { fill: #12261e; stroke: #3fb950 }
    .Faulted { fill: #25171c; stroke: #f85149 }
    .Unavailable { fill: #212830; stroke: #9198a1 }
    .quiet { fill: #9198a1 }
    .way { stroke: #9198a1 }
    .head, .start { fill: #9198a1 }
  }
"""


def explore(connector: ModuleType) -> dict[tuple[str, str], list[str]]:
    """{(phase, next phase): the events that lead there}, of every state that can be reached. The cable goes in only where it
    is out, and out where it is in."""
    found: dict[tuple[str, str], set[str]] = {}
    waiting = [connector.initial(operative) for operative in (True, False)]
    seen = set(waiting)
    for state in waiting:
        for name, arguments in EVENTS.items():
            if name == ("CABLE_IN" if state.plugged else "CABLE_OUT"):
                continue
            for argument in arguments:
                after, _ = connector.react(state, getattr(connector, name), argument)
                if after not in seen:
                    seen.add(after)
                    waiting.append(after)
                if after.phase != state.phase:
                    found.setdefault((state.phase, after.phase), set()).add(name)
    return {way: [name for name in EVENTS if name in events] for way, events in found.items()}


def framed(ways: dict[tuple[str, str], list[str]]) -> dict[tuple[str, str], list[str]]:
    """With one arrow from the frame to Faulted, and one back, in the place of those of each phase."""
    to_faulted = [ways.pop((phase, "Faulted"), []) for phase in OPERATIVE]
    back = {phase: ways.pop(("Faulted", phase)) for phase in OPERATIVE if ("Faulted", phase) in ways}
    clears = list(back.values())
    if to_faulted != to_faulted[:1] * len(OPERATIVE) or clears != clears[:1] * len(clears):
        raise SystemExit(
            "docs/state_diagram.py: Faulted is no longer reached alike from every operative phase"
        )
    back_to = "to " + ", ".join(back)
    return {**ways, (FRAME, "Faulted"): to_faulted[0], ("Faulted", FRAME): [*clears[0], back_to]}


def picture(connector: ModuleType) -> str:
    ways = framed(explore(connector))
    if ways.keys() != LAYOUT.keys():
        differ = sorted(ways.keys() ^ LAYOUT.keys())
        raise SystemExit(f"docs/state_diagram.py: LAYOUT and connector.py differ in {differ}")
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 880 792" role="img" '
        'aria-label="The phases of the connector and the events that lead from one to another">',
        "<!-- Made by python -m docs.state_diagram: do not edit. -->",
        f"<style>{STYLE}</style>",
        '<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" '
        'markerUnits="userSpaceOnUse" orient="auto"><path class="head" d="M0 0 L10 5 L0 10 z"/></marker></defs>',
        '<rect class="page" x="0.5" y="0.5" width="879" height="791" rx="10"/>',
        '<rect class="frame" x="24" y="80" width="832" height="572" rx="14"/>',
        '<circle class="start" cx="165" cy="36" r="6"/><path class="way" d="M165 42 V122"/>',
        '<text class="quiet" x="182" y="41">start</text>',
        '<circle class="start" cx="640" cy="682" r="6"/><path class="way" d="M640 688 V714"/>',
        '<text class="quiet" x="657" y="687">start with a fatal settings error</text>',
    ]
    for way, (path, x, y, anchor) in LAYOUT.items():
        parts.append(f'<path class="way" d="{path}"/>')
        lines = [name.lower().replace("_", " ") if name.isupper() else name for name in ways[way]]
        if anchor == "middle":
            lines = [" · ".join(lines[start : start + 5]) for start in range(0, len(lines), 5)]
        parts += [
            f'<text class="label" text-anchor="{anchor}" x="{x}" y="{y + 17 * number}">{line}</text>'
            for number, line in enumerate(lines)
        ]
    for phase, (x, y) in NODES.items():
        parts.append(
            f'<rect class="phase {phase}" x="{x - 75}" y="{y - 26}" width="150" height="52" rx="10"/>'
        )
        parts.append(f'<text class="name" x="{x}" y="{y + 5}">{phase}</text>')
    return "\n".join([*parts, "</svg>", ""])


if __name__ == "__main__":
    from chargerctl.firmware_files import firmware_module

    PICTURE.write_text(picture(firmware_module("charger.connector")), encoding="utf-8")
