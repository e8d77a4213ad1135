# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""docs/ocpp-conformance.md says what the tests say, and every numbered behaviour is on it."""

import ast

import pytest

from docs import ocpp_conformance as conformance


def test_the_page_is_up_to_date():
    """python -m docs.ocpp_conformance makes it anew."""
    assert conformance.PAGE.read_text(encoding="utf-8") == conformance.page()


def test_every_numbered_behaviour_is_on_the_page():
    text = conformance.page()
    assert [number for number in range(1, 33) if f"\n### behaviour {number}: " not in text] == []


def test_every_numbered_behaviour_has_a_test_that_names_it():
    shown = {each.section for each in conformance.evidence()}
    assert [number for number in range(1, 33) if f"behaviour {number}" not in shown] == []


def test_every_requirement_has_a_sentence_and_says_how_it_is_met_or_why_not():
    for table in conformance.tables().values():
        for asks in table.values():
            for ask in asks:
                assert conformance.SECTION.fullmatch(ask.section)
                assert ask.need
                assert bool(ask.met) != bool(ask.deviation), ask.need


def test_no_cell_of_the_page_is_empty():
    rows = [line for line in conformance.page().splitlines() if line.startswith("|")]
    assert [row for row in rows if any(not cell.strip() for cell in row.split("|")[1:-1])] == []


def test_no_requirement_is_listed_twice():
    needs = [
        (ask.section, ask.need)
        for table in conformance.tables().values()
        for asks in table.values()
        for ask in asks
    ]
    assert len(needs) == len(set(needs))


def found_in(text):
    return [
        (each.section, each.sentence, each.name)
        for each in conformance.markers(ast.parse(text), "tests/firmware/core/test_some_thing.py")
    ]


def test_a_marker_is_of_its_test_and_a_module_s_of_all_of_it():
    text = """
pytestmark = pytest.mark.requirement("ERR 3.5", "Whole.")

class TestIt:
    @pytest.mark.requirement("SPEC 5.2", "One " "sentence")
    @pytest.mark.requirement("behaviour 19: Another form")
    def test_it_does(self):
        pass
"""
    assert sorted(found_in(text)) == [
        ("ERR 3.5", "Whole", "some thing"),
        ("SPEC 5.2", "One sentence", "it does"),
        ("behaviour 19", "Another form", "it does"),
    ]


@pytest.mark.parametrize("section", ["5.2", "SPEC", "SPEC 5.2.", "behaviour", "OCPP 1"])
def test_a_section_has_a_document_and_a_number(section):
    with pytest.raises(ValueError, match="has a section, such as"):
        found_in(f'@pytest.mark.requirement("{section}", "A sentence")\ndef test_it(): pass')


def test_a_marker_shows_what_its_sentence_speaks_of(monkeypatch):
    def evidence():
        return [conformance.Evidence("SPEC 5.2", "Scheduled during a charge", "it", "tests/conftest.py")]

    monkeypatch.setattr(conformance, "evidence", evidence)
    shown = [
        ask.need
        for table in conformance.joined().values()
        for asks in table.values()
        for ask in asks
        if ask.evidence
    ]
    # The requirement, and the numbered behaviour that asks the same.
    assert len(shown) == 2
    assert shown[1] == "During a transaction: Scheduled, and done when it has ended"


@pytest.mark.parametrize("section", ["SPEC 7.99", "SPEC 5.2"])
def test_a_marker_that_no_table_knows_is_a_mistake(monkeypatch, section):
    def evidence():
        return [conformance.Evidence(section, "Something new", "it", "tests/test_it.py")]

    monkeypatch.setattr(conformance, "evidence", evidence)
    with pytest.raises(ValueError, match=f"tests/test_it.py: {section}: Something new"):
        conformance.page()
