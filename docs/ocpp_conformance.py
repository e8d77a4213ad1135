# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Writes docs/ocpp-conformance.md: python -m docs.ocpp_conformance

What is asked of a charge point is in docs/conformance/*.toml, by section and in our words. What shows that it is met is
found in the tests: @pytest.mark.requirement(section, sentence), and in a script of tests/whole/scripts the comment
`# requirement: SECTION: sentence`. A marker belongs to the one requirement of its section; of several, to those of which a
phrase in `shown` is in its sentence. `also` names other sections that speak of a requirement. A marker that belongs to
none is a mistake: nobody has said how it is met. `same` names the numbered behaviour that asks the same: what shows the
requirement shows the behaviour, too, and the other way round where the phrases fit.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
PAGE = DOCS / "ocpp-conformance.md"
TABLES = ("behaviours", "specification", "errata", "ocpp-j")
SECTION = re.compile(r"(?:SPEC|ERR|J|JERR) [1-9]\d*(?:\.\d+)*|behaviour [1-9]\d*")

_HEAD = """# OCPP 1.6: what is asked, how it is met, and what shows it

<!-- Made by: python -m docs.ocpp_conformance -->

This page lists what OCPP 1.6 asks of a charge point with the profiles Core and RemoteTrigger and the diagnostics half of
FirmwareManagement, in our words and by section number: SPEC is the specification (edition 2), ERR its errata (v4.0), J the
JSON specification, JERR its errata. It is an account of this project's tests. Nobody has certified this charge point, and it
claims no certificate. [What it does in detail](ocpp.md) is on a page of its own.

Of {count} requirements {shown} are shown by a test, {untested} by none: these say **no test**. {deviations} are deliberate
deviations, each with its reason.
"""

_UNKNOWN = """No requirement in docs/conformance/ has these markers. Add one to its section, with `met`: how it is met.
Or add a phrase of the sentence to `shown` of the requirement that it shows:"""


@dataclass
class Evidence:
    """A test that shows something: its section, its sentence, its name and file."""

    section: str
    sentence: str
    name: str
    path: str

    @property
    def link(self) -> str:
        return f"[{self.name}](../{self.path})"


@dataclass
class Requirement:
    section: str
    need: str
    met: str = ""
    deviation: str = ""
    shown: list[str] = field(default_factory=list)
    also: list[str] = field(default_factory=list)
    same: int | None = None
    alone: bool = False
    evidence: list[Evidence] = field(default_factory=list)


@cache
def evidence() -> list[Evidence]:
    """Every marker of every test and script. Raises ValueError for a section that has no number."""
    found = []
    for path in sorted((ROOT / "tests").rglob("*.py")):
        if "mark.requirement" in (text := path.read_text(encoding="utf-8")):
            found += markers(ast.parse(text), path.relative_to(ROOT).as_posix())
    for path in sorted((ROOT / "tests/whole/scripts").rglob("*.script")):
        place = path.relative_to(ROOT).as_posix()
        for note in re.findall(r"^# requirement: (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE):
            found.append(_evidence(path.stem.replace("_", " ") + " (script)", place, note))
    return found


def markers(module: ast.Module, path: str) -> Iterator[Evidence]:
    whole = Path(path).stem.removeprefix("test_").replace("_", " ")
    owners: list[tuple[str, ast.AST]] = [
        (each.name.removeprefix("test_").replace("_", " "), each)
        for each in ast.walk(module)
        if isinstance(each, ast.FunctionDef | ast.ClassDef)
    ]
    seen: set[ast.AST] = set()
    # The innermost owner is the last that was walked to.
    for name, owner in [*reversed(owners), (whole, module)]:
        for call in ast.walk(owner):
            if call in seen or not isinstance(call, ast.Call):
                continue
            if isinstance(call.func, ast.Attribute) and call.func.attr == "requirement":
                seen.add(call)
                yield _evidence(name, path, *(ast.literal_eval(argument) for argument in call.args))


def _evidence(name: str, path: str, section: str, sentence: str = "") -> Evidence:
    if not sentence:
        section, _, sentence = section.partition(":")
    if not SECTION.fullmatch(section) or not sentence.strip():
        raise ValueError(
            f"{path}: {section!r}: a requirement has a section, such as SPEC 5.2, and a sentence"
        )
    return Evidence(section, sentence.strip().rstrip("."), name, path)


def tables() -> dict[str, dict[str, list[Requirement]]]:
    """{title of the table: {section with its title: requirements}}"""
    found: dict[str, dict[str, list[Requirement]]] = {}
    for name in TABLES:
        table = tomllib.loads((DOCS / "conformance" / f"{name}.toml").read_text(encoding="utf-8"))
        title = table.pop("title")
        found[title] = {
            f"{section}: {content['title']}": [
                Requirement(section, **each, alone=len(content["asks"]) == 1) for each in content["asks"]
            ]
            for section, content in table.items()
        }
    return found


def joined() -> dict[str, dict[str, list[Requirement]]]:
    """The tables with their evidence. Raises ValueError for markers of which the tables know nothing."""
    found = tables()
    everything = [each for table in found.values() for asks in table.values() for each in asks]
    by_section: dict[str, list[Requirement]] = {}
    for each in everything:
        for section in (each.section, *each.also):
            by_section.setdefault(section, []).append(each)
    unknown = []
    for each in evidence():
        matching = [ask for ask in by_section.get(each.section, ()) if _shows(each, ask)]
        for ask in matching:
            ask.evidence.append(each)
        if not matching:
            unknown.append(f"{each.path}: {each.section}: {each.sentence}")
    if unknown:
        raise ValueError("\n".join([_UNKNOWN, *unknown]))
    _share(everything)
    return found


def _shows(evidence: Evidence, ask: Requirement) -> bool:
    return (ask.alone and evidence.section == ask.section) or _fits(evidence, ask)


def _fits(evidence: Evidence, ask: Requirement) -> bool:
    sentence = evidence.sentence.lower()
    return any(phrase.lower() in sentence for phrase in (ask.need.rstrip("."), *ask.shown))


def _share(everything: list[Requirement]) -> None:
    """What shows a numbered behaviour shows the requirements that are the same, and the other way round."""
    numbered = {ask.section: ask for ask in everything if ask.section.startswith("behaviour")}
    own = {section: list(ask.evidence) for section, ask in numbered.items()}
    for ask in everything:
        if ask.same is not None:
            behaviour = f"behaviour {ask.same}"
            numbered[behaviour].evidence += ask.evidence
            ask.evidence += [each for each in own[behaviour] if _fits(each, ask)]


def _rows(asks: list[Requirement]) -> Iterator[str]:
    yield "| asked | how it is met | shown by |"
    yield "|---|---|---|"
    for ask in asks:
        links = list(dict.fromkeys(each.link for each in ask.evidence))
        how = f"Deviation: {ask.deviation}" if ask.deviation else ask.met
        yield f"| {ask.need.rstrip('.')} | {how} | {'; '.join(links) or '**no test**'} |"


def _order(heading: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", heading.partition(":")[0])]


def page() -> str:
    """The text of docs/ocpp-conformance.md."""
    found = joined()
    everything = [ask for table in found.values() for asks in table.values() for ask in asks]
    shown = sum(1 for ask in everything if ask.evidence)
    lines = [
        _HEAD.format(
            count=len(everything),
            shown=shown,
            untested=len(everything) - shown,
            deviations=sum(1 for ask in everything if ask.deviation),
        )
    ]
    for title, table in found.items():
        lines += [f"## {title}", ""]
        kinds = sorted(table, key=lambda heading: (heading.split()[0] == "JERR", _order(heading)))
        for heading in kinds:
            lines += [f"### {heading}", "", *_rows(table[heading]), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
