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

# Every event with the arguments that make a difference: two cards, of one group or not, and what the keys of OCPP say.
EVENTS: dict[str, tuple[Any, ...]] = {
    "CABLE_IN": (None,),
    "CABLE_OUT": ((True, True), (True, False), (False, True), (False, False)),
    "CARD": ("A", "B"),
    "AUTHORIZED": (("A", None), ("A", "GROUP"), ("B", None), ("B", "GROUP")),
    "REFUSED": (("A", "Rejected"), ("B", "Rejected")),
    "REMOTE_START": (("A", True), ("B", True), ("A", False), ("B", False)),
    "STOP": ("Remote",),
    "START_REFUSED": ((None, True), ("GROUP", True), (None, False), ("GROUP", False)),
    "PARENT": (None, "GROUP"),
    "RELEASE": (None, "A", "B"),
    "CONNECTION_TIMEOUT": (None,),
    "PERMIT_LOST": (None,),
    "READER_LOST": (None,),
    "FAULT": ("EmergencyStop",),
    "FAULT_CLEARED": (None,),
    "RESTART": ("SoftReset",),
    "AVAILABILITY": (True, False),
}

# The phases in the frame: a fault leads from each of them to Faulted.
OPERATIVE = (
    "Available",
    "Preparing",
    "Authorizing",
    "Charging",
    "SuspendedEV",
    "SuspendedEVSE",
    "Finishing",
)
FRAME = "operative"

NODES = {  # centre
    "Available": (165, 150),
    "Preparing": (715, 150),
    "Authorizing": (440, 345),
    "Charging": (715, 540),
    "SuspendedEV": (1010, 345),
    "SuspendedEVSE": (1010, 540),
    "Finishing": (165, 540),
    "Faulted": (225, 946),
    "Unavailable": (640, 946),
}

# The way of each arrow, then where its label is: x, y of the first line, and which end of the text is there.
LAYOUT = {
    ("Available", "Preparing"): ("M240 138 H638", 440, 128, "middle"),
    ("Preparing", "Available"): ("M640 162 H242", 440, 182, "middle"),
    ("Available", "Authorizing"): ("M196 176 Q226 304 363 333", 236, 285, "end"),
    ("Authorizing", "Available"): ("M376 319 Q276 282 228 178", 330, 208, "start"),
    ("Preparing", "Authorizing"): ("M684 176 Q654 304 517 333", 608, 304, "start"),
    ("Authorizing", "Preparing"): ("M504 319 Q604 282 652 178", 550, 208, "end"),
    ("Preparing", "Charging"): ("M738 176 V512", 750, 340, "start"),
    ("Authorizing", "Charging"): ("M517 357 Q630 384 684 512", 640, 402, "start"),
    ("Authorizing", "Finishing"): ("M376 371 Q276 408 228 512", 314, 436, "start"),
    ("Finishing", "Authorizing"): ("M196 514 Q226 386 363 357", 236, 398, "end"),
    ("Charging", "Finishing"): ("M640 552 H242", 440, 572, "middle"),
    ("Finishing", "Charging"): ("M240 528 H638", 440, 518, "middle"),
    ("Finishing", "Available"): ("M142 514 V178", 132, 339, "end"),
    ("Charging", "SuspendedEV"): ("M760 514 Q800 372 933 345", 812, 392, "end"),
    ("SuspendedEV", "Charging"): ("M968 371 Q920 470 788 524", 906, 470, "start"),
    ("Charging", "SuspendedEVSE"): ("M790 548 H933", 862, 540, "middle"),
    ("SuspendedEV", "SuspendedEVSE"): ("M1010 371 V512", 1020, 446, "start"),
    # Those that run below the others: one after another, with room for their labels.
    ("Preparing", "Finishing"): (
        "M790 150 H1134 Q1150 150 1150 166 V586 Q1150 602 1134 602 H226 Q210 602 210 586 V568",
        440,
        619,
        "middle",
    ),
    ("SuspendedEVSE", "Finishing"): (
        "M990 566 V616 Q990 632 974 632 H196 Q180 632 180 616 V568",
        440,
        649,
        "middle",
    ),
    ("SuspendedEV", "Finishing"): (
        "M1085 357 H1092 Q1108 357 1108 373 V666 Q1108 682 1092 682 H166 Q150 682 150 666 V568",
        440,
        699,
        "middle",
    ),
    ("Charging", "Available"): (
        "M715 566 V698 Q715 714 699 714 H74 Q58 714 58 698 V178 Q58 162 74 162 H88",
        440,
        731,
        "middle",
    ),
    ("SuspendedEVSE", "Available"): (
        "M1030 566 V730 Q1030 746 1014 746 H60 Q44 746 44 730 V166 Q44 150 60 150 H88",
        440,
        763,
        "middle",
    ),
    ("SuspendedEV", "Available"): (
        "M1085 335 H1113 Q1129 335 1129 351 V780 Q1129 796 1113 796 H46 Q30 796 30 780 V154 Q30 138 46 138 H88",
        440,
        813,
        "middle",
    ),
    (FRAME, "Faulted"): ("M210 856 V918", 198, 891, "end"),
    ("Faulted", FRAME): ("M240 920 V858", 252, 886, "start"),
    (FRAME, "Unavailable"): ("M625 856 V918", 613, 882, "end"),
    ("Unavailable", FRAME): ("M655 920 V858", 667, 882, "start"),
    ("Unavailable", "Faulted"): ("M565 938 H302", 432, 930, "middle"),
    ("Faulted", "Unavailable"): ("M300 954 H563", 432, 974, "middle"),
}

STYLE = """
  text { font: 14px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; fill: #1f2328 }
  .page { fill: #ffffff; stroke: #d1d9e0 }
  .frame { fill: #f6f8fa; stroke: #8c959f; stroke-dasharray: 5 4 }
  .phase { fill: #ddf4ff; stroke: #0969da; stroke-width: 1.5 }
  .Charging, .SuspendedEV, .SuspendedEVSE { fill: #dafbe1; stroke: #1a7f37 }
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
    .Charging, .SuspendedEV, .SuspendedEVSE { fill: #12261e; stroke: #3fb950 }
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
    waiting = [connector.initial(operative) for operative in (True, None)]
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
    """With one arrow from the frame to Faulted, and one back, in the place of those of each phase; so with Unavailable,
    where AVAILABILITY leads at once or, once it was asked for, whatever ends a transaction."""
    to_faulted = [ways.pop((phase, "Faulted"), []) for phase in OPERATIVE]
    back = {phase: ways.pop(("Faulted", phase)) for phase in OPERATIVE if ("Faulted", phase) in ways}
    clears = list(back.values())
    if to_faulted != to_faulted[:1] * len(OPERATIVE) or clears != clears[:1] * len(clears):
        raise SystemExit(
            "docs/state_diagram.py: Faulted is no longer reached alike from every operative phase"
        )
    to_unavailable = {name for phase in OPERATIVE for name in ways.pop((phase, "Unavailable"), [])}
    returns = {
        phase: ways.pop(("Unavailable", phase)) for phase in OPERATIVE if ("Unavailable", phase) in ways
    }
    if "AVAILABILITY" not in to_unavailable or any(names != ["AVAILABILITY"] for names in returns.values()):
        raise SystemExit("docs/state_diagram.py: Unavailable is no longer left by AVAILABILITY alone")
    return {
        **ways,
        (FRAME, "Faulted"): to_faulted[0],
        ("Faulted", FRAME): [*clears[0], "to " + ", ".join(back)],
        (FRAME, "Unavailable"): ["AVAILABILITY, or the", "end of what runs"],
        ("Unavailable", FRAME): ["AVAILABILITY", "to " + ", ".join(returns)],
    }


def picture(connector: ModuleType) -> str:
    ways = framed(explore(connector))
    if ways.keys() != LAYOUT.keys():
        differ = sorted(ways.keys() ^ LAYOUT.keys())
        raise SystemExit(f"docs/state_diagram.py: LAYOUT and connector.py differ in {differ}")
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1180 996" role="img" '
        'aria-label="The phases of the connector and the events that lead from one to another">',
        "<!-- Made by python -m docs.state_diagram: do not edit. -->",
        f"<style>{STYLE}</style>",
        '<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" '
        'markerUnits="userSpaceOnUse" orient="auto"><path class="head" d="M0 0 L10 5 L0 10 z"/></marker></defs>',
        '<rect class="page" x="0.5" y="0.5" width="1179" height="995" rx="10"/>',
        '<rect class="frame" x="16" y="80" width="1148" height="776" rx="14"/>',
        '<circle class="start" cx="165" cy="36" r="6"/><path class="way" d="M165 42 V122"/>',
        '<text class="quiet" x="182" y="41">start</text>',
        '<circle class="start" cx="800" cy="946" r="6"/><path class="way" d="M794 946 H717"/>',
        '<text class="quiet" x="816" y="951">start with a fatal settings error: for ever</text>',
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
