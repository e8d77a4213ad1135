# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Any request that the description of the API allows, and many that it does not: never a bug, and every answer is as
described.

By hypothesis over our own document. schemathesis would do the same; today it holds jsonschema-rs below the version that
checks OCPP here.
"""

from __future__ import annotations

import string
from urllib.parse import quote

import pytest
from chargerctl.central.books import owner
from chargerctl.central.books.interface import Outcome
from chargerctl.central.books.queries.cards import all_cards
from chargerctl.central.messages.calls import ACTIONS
from hypothesis import event, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tests.host.central.books.charger import NOW
from tests.host.central.web.api.conftest import Answering

# Where it begins to be interesting what is behind a parameter.
_KNOWN = [
    "garage-1",
    "garage-2",
    "04A1B2C3",
    "1",
    "2",
    "2026-11-22T07:30:00Z",
    "Reset",
    "UTC",
    "day",
    "running",
]
_TEXTS = st.one_of(
    st.sampled_from(_KNOWN),
    st.text(max_size=60),
    st.text(string.printable, max_size=20),
    st.integers().map(str),
    st.datetimes(timezones=st.just(None)).map(lambda moment: f"{moment.isoformat()}Z"),
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture(scope="session")
def document(site):
    return site.get("/openapi.json").json()


@pytest.fixture(scope="module")
def central(filled):
    """It answers every call; the cards are put back."""
    with filled.reading() as connection:
        before = [*all_cards(connection)]
    answering = Answering(filled, Outcome(answer={"status": "Accepted"}))
    yield
    answering.close()
    with filled.writing() as connection:
        for card in [*all_cards(connection)]:
            owner.remove_card(connection, card.id_tag)
        owner.put_cards(connection, before, NOW)


def fitting(schema, document) -> st.SearchStrategy:
    """Values as a schema allows them, mostly."""
    if "$ref" in schema:
        return fitting(document["components"]["schemas"][schema["$ref"].rpartition("/")[2]], document)
    if "anyOf" in schema:
        return st.one_of([fitting(each, document) for each in schema["anyOf"]])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    kind = schema.get("type")
    if kind == "object" and "properties" in schema:
        parts = {name: fitting(part, document) for name, part in schema["properties"].items()}
        needed = {name: parts.pop(name) for name in schema.get("required", [])}
        return st.fixed_dictionaries(needed, optional=parts)
    if kind == "array":
        return st.lists(fitting(schema.get("items", {}), document), max_size=3)
    if kind == "integer":
        return st.integers(int(schema.get("minimum", -(2**70))), int(schema.get("maximum", 2**70)))
    kinds = {"string": _TEXTS | st.sampled_from(ACTIONS), "boolean": st.booleans(), "null": st.none()}
    return kinds.get(kind, st.dictionaries(st.text(max_size=10), _JSON, max_size=3))


@st.composite
def requests(draw, document):
    path = draw(st.sampled_from(sorted(document["paths"])))
    method = draw(st.sampled_from(sorted(document["paths"][path])))
    operation = document["paths"][path][method]
    query = {}
    for each in operation.get("parameters", []):
        value = draw(fitting(each["schema"], document) | _TEXTS)
        if each["in"] == "path":
            path = path.replace(
                f"{{{each['name']}}}", quote(str(value).encode("utf-8", "replace"), safe="") or "-"
            )
        elif draw(st.booleans()) or each.get("required"):
            query[each["name"]] = value if isinstance(value, list) else str(value)
    body = None
    if "requestBody" in operation:
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        body = draw(st.one_of(fitting(schema, document), fitting(schema, document), _JSON))
    return method.upper(), operation, path, query, body


@given(data=st.data())
def test_every_answer_is_as_described_and_none_is_a_bug(data, site, document, central):
    method, operation, path, query, body = data.draw(requests(document))
    answer = site.ask(method, path, query, body)
    assert answer.status_code != 500, answer.text
    status = str(answer.status_code)
    event(f"{method}: {status}")
    described = operation["responses"].get(status) or operation["responses"][f"{status[0]}XX"]
    kind = answer.headers["content-type"]
    schema = described["content"][kind]["schema"] | {"components": document["components"]}
    Draft202012Validator(schema).validate(answer.json())


def test_the_description_is_one_of_openapi_and_names_each_operation_once(document):
    assert document["openapi"].startswith("3.1")
    assert document["servers"] == [{"url": "/api/v1"}]
    names = [each["operationId"] for path in document["paths"].values() for each in path.values()]
    assert len(names) == len(set(names)) == 15
    for path in document["paths"].values():
        for operation in path.values():
            assert operation["description"]
            assert {"200", "4XX", "5XX"} == set(operation["responses"])


def test_what_breaks_the_description_is_found(document):
    """That the checks above can fail."""
    schema = document["components"]["schemas"]["Sessions"] | {"components": document["components"]}
    assert not Draft202012Validator(schema).is_valid({"sessions": [{}], "before": None})
    assert Draft202012Validator(schema).is_valid({"sessions": [], "before": None})
