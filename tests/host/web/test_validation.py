# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
from datetime import datetime
from typing import Annotated, Literal

import pytest
from chargerctl.web.errors import Errors
from fastapi import FastAPI, Query
from pydantic import AwareDatetime, BaseModel
from starlette.testclient import TestClient


class Wanted(BaseModel):
    name: str
    blocked: bool = False


@pytest.fixture
def client():
    app = FastAPI()

    @app.get("/energy")
    def energy(by: Annotated[list[Literal["card", "month"]], Query()], begin: AwareDatetime | None = None):
        return {}

    @app.get("/at")
    def at(at: datetime):
        return {}

    @app.put("/card")
    def card(wanted: Wanted):
        return {}

    Errors(lambda event: None, lambda *arguments: None, {}).install(app)
    return TestClient(app)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/energy?by=colour", "by.0 must be 'card' or 'month'"),
        ("/energy", "by is missing"),
        (
            "/energy?by=card&begin=2026-11-26T08:00:00",
            "begin needs a time zone, such as 2026-11-26T08:00:00Z",
        ),
        ("/at?at=yesterday", "at must be a time, such as 2026-11-26T08:00:00Z"),
    ],
)
def test_a_wrong_query_is_told_in_our_words(client, address, words):
    answer = client.get(address)
    assert (answer.status_code, answer.json()["error"]) == (400, words)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("{", "the body is no JSON, from its character 1 on"),
        ("[1]", "send a JSON object, with Content-Type: application/json"),
        ('{"name": 5}', "name must be a text"),
        ('{"name": "a", "blocked": "perhaps"}', "blocked must be true or false"),
        ("{}", "name is missing"),
    ],
)
def test_a_wrong_body_is_told_in_our_words(client, body, words):
    answer = client.put("/card", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["error"]) == (400, words)


def test_who_forgets_the_type_of_the_body_is_told_what_to_send(client):
    answer = client.put("/card", content='{"name": "a"}', headers={"Content-Type": "text/plain"})
    assert answer.json()["error"] == "send a JSON object, with Content-Type: application/json"
