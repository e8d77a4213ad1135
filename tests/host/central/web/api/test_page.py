# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The page of the API is printed from its description."""

from __future__ import annotations

import shlex
from html import unescape

import pytest
from chargerctl.central.web.api.describing import kind_of, sections, things


@pytest.fixture(scope="module")
def page(site):
    answer = site.client.get("/api", headers={"Accept": "text/html"})
    assert answer.status_code == 200
    return unescape(answer.text)


@pytest.fixture(scope="module")
def document(site):
    return site.get("/openapi.json").json()


def test_every_operation_and_every_object_is_there_with_its_fields(page, document):
    for section in sections(document, "http://localhost/api/v1"):
        for each in section.operations:
            assert f'id="{each.id}"' in page
            assert each.about in page
            assert all(field.name in page for field in each.fields)
    for thing in things(document):
        assert f'id="{thing.name}"' in page


def test_every_answer_leads_to_an_object(document):
    names = {thing.name for thing in things(document)}
    for section in sections(document, ""):
        assert {each.answer for each in section.operations} <= names


def test_the_examples_can_be_typed(site, document, page):
    for section in sections(document, "http://localhost/api/v1"):
        for each in section.operations:
            assert each.example in page
            words = shlex.split(each.example)
            assert words[0] == "curl"
            assert "Authorization: Bearer $TOKEN" in words
            if each.method == "GET" and "17" not in words[-1]:
                assert site.client.get(words[-1]).status_code == 200, each.example


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "integer", "minimum": 1, "maximum": 200}, "integer, 1 to 200"),
        ({"type": "integer", "minimum": 0, "maximum": 2**63 - 1}, "integer, from 0"),
        ({"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]}, "time or null"),
        ({"type": "array", "items": {"$ref": "#/components/schemas/Frame"}}, "list of Frame"),
        ({"enum": ["in", "out"], "type": "string"}, "in, out"),
        ({}, "anything"),
    ],
)
def test_types_are_in_words(schema, words):
    assert kind_of(schema) == words
