# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Any request that the description of the API allows, and many that it does not: never a bug, and every answer is as
described.

By hypothesis over our own document. schemathesis would do the same; today it holds jsonschema-rs below the version that
checks OCPP here.
"""

from __future__ import annotations

import string
from datetime import UTC, datetime
from functools import cache
from urllib.parse import quote

import pytest
from chargerctl.central.books import owner
from chargerctl.central.books.interface import Outcome
from chargerctl.central.books.queries.cards import all_cards
from chargerctl.central.messages.calls import ACTIONS
from chargerctl.central.messages.defaults import CALLS
from chargerctl.central.settings import CentralSettings
from chargerctl.central.web.api.application import api
from chargerctl.central.web.pages import Pages
from chargerctl.central.web.parts import Parts
from hypothesis import event, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tests.host.central.books.charger import NOW
from tests.host.central.web.api.conftest import Answering

# Behind these it begins to be interesting. They come five times as often as others.
_KNOWN = {
    "serial": st.sampled_from(["garage-1", "garage-2"]),
    "charger": st.sampled_from(["garage-1", "garage-2"]),
    "uid": st.sampled_from(["04A1B2C3", "04FF"]) | st.text("0123456789ABCDEF:+ ", min_size=1, max_size=24),
    "card": st.sampled_from(["04A1B2C3", "04FF"]),
    "session": st.sampled_from([1, 2]),
    "zone": st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kathmandu"]),
    "action": st.sampled_from(ACTIONS),
    "payload": st.just({}) | st.sampled_from(list(CALLS.values())),
}
_MOMENTS = st.datetimes(timezones=st.just(UTC)).map(datetime.isoformat)
_TEXTS = st.one_of(
    st.text(max_size=60), st.text(string.printable, max_size=20), st.integers().map(str), _MOMENTS
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)


@cache
def described():
    """The description of the API, as it is served."""
    return api(Parts(None, None, Pages(), CentralSettings())).state.document


@pytest.fixture(scope="session")
def document(site):
    found = site.get("/openapi.json").json()
    assert found == described()
    return found


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


def fitting(schema, document, name="") -> st.SearchStrategy:
    """Values as a schema allows them, mostly. name: of the field or parameter."""
    if name in _KNOWN:
        known = _KNOWN[name]
        return st.one_of(*[known] * 5, fitting(schema, document))
    if "$ref" in schema:
        return fitting(document["components"]["schemas"][schema["$ref"].rpartition("/")[2]], document)
    if "anyOf" in schema:
        return st.one_of([fitting(each, document) for each in schema["anyOf"]])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    kind = schema.get("type")
    if kind == "object" and "properties" in schema:
        parts = {each: fitting(part, document, each) for each, part in schema["properties"].items()}
        needed = {each: parts.pop(each) for each in schema.get("required", [])}
        return st.fixed_dictionaries(needed, optional=parts)
    if kind == "array":
        return st.lists(fitting(schema.get("items", {}), document), max_size=3)
    if kind == "integer":
        return st.integers(int(schema.get("minimum", -(2**70))), int(schema.get("maximum", 2**70)))
    if schema.get("format") == "date-time":
        return _MOMENTS
    kinds = {"string": _TEXTS, "boolean": st.booleans(), "null": st.none()}
    return kinds.get(kind, st.dictionaries(st.text(max_size=10), _JSON, max_size=3))


@st.composite
def requests(draw):
    """(method, template of the path, path, query, body); in one of three everything is only mostly as described."""
    document = described()
    template = path = draw(st.sampled_from(sorted(document["paths"])))
    method = draw(st.sampled_from(sorted(document["paths"][path])))
    hostile = draw(st.sampled_from([False, False, True]))
    operation = document["paths"][path][method]
    query = {}
    for each in operation.get("parameters", []):
        as_described = fitting(each["schema"], document, each["name"])
        value = draw(as_described | _TEXTS if hostile else as_described)
        if each["in"] == "path":
            text = quote(str(value).encode("utf-8", "replace"), safe="")
            path = path.replace(f"{{{each['name']}}}", text or "-")
        elif value is not None and (each.get("required") or draw(st.booleans())):
            query[each["name"]] = value if isinstance(value, list) else str(value)
    body = None
    if "requestBody" in operation:
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        body = draw(_JSON | fitting(schema, document) if hostile else fitting(schema, document))
    return method, template, path, query, body


@given(request=st.deferred(requests))
def test_every_answer_is_as_described_and_none_is_a_bug(request, site, central):
    method, template, path, query, body = request
    document = described()
    operation = document["paths"][template][method]
    answer = site.ask(method.upper(), path, query, body)
    assert answer.status_code != 500, answer.text
    status = str(answer.status_code)
    event(f"{method}: {status}")
    promised = operation["responses"].get(status) or operation["responses"][f"{status[0]}XX"]
    kind = answer.headers["content-type"]
    schema = promised["content"][kind]["schema"] | {"components": document["components"]}
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
