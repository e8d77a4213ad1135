# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What went wrong reaches a viewer as a sentence, and the log of the service if it is a bug."""

import pytest
from chargerctl.errors import ChargerctlError, InputError, NotFoundError
from chargerctl.web.errors import Errors
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, StreamingResponse
from starlette.testclient import TestClient


class GoneError(ChargerctlError):
    pass


@pytest.fixture
def told():
    return []


@pytest.fixture
def client(told):
    raised = {
        "failed": ChargerctlError("the charger did not answer"),
        "wrong": InputError("there is no such key"),
        "missing": NotFoundError("there is no charger X"),
        "gone": GoneError("the books are away"),
        "often": HTTPException(429, "wait a minute", {"Retry-After": "60"}),
        "elsewhere": HTTPException(303, headers={"Location": "/"}),
        "bug": KeyError("secret-word"),
        "hidden": InputError("evil\u202e\nname"),
    }
    app = FastAPI(docs_url=None, openapi_url=None)

    @app.get("/raise/{what}")
    def fail(what: str):
        raise raised[what]

    @app.get("/number")
    def number(number: int):
        return number

    @app.get("/half")
    def half():
        def parts():
            yield "begun"
            raise KeyError("half")

        return StreamingResponse(parts())

    def page(request, status, title, sentence):
        return HTMLResponse(f"<h1>{title}</h1>{sentence}", status)

    def hides(request, error):
        return "stranger" in request.headers

    errors = Errors(told.append, page, {GoneError: 503}, hides)
    errors.install(app)

    async def gate(scope, receive, send):
        if scope["path"] == "/gate":
            raise raised["gone"]
        await app(scope, receive, send)

    return TestClient(errors.around(gate), follow_redirects=False)


@pytest.mark.parametrize(
    ("path", "status", "sentence"),
    [
        ("/raise/failed", 502, "the charger did not answer"),
        ("/raise/wrong", 400, "there is no such key"),
        ("/raise/missing", 404, "there is no charger X"),
        ("/raise/gone", 503, "the books are away"),
        ("/raise/often", 429, "wait a minute"),
        ("/raise/hidden", 400, r"evil\u202e\nname"),
        ("/gate", 503, "the books are away"),
        ("/nowhere", 404, "there is no such page"),
    ],
)
def test_errors_are_sentences_for_programs_and_for_persons(client, told, path, status, sentence):
    answer = client.get(path)
    assert (answer.status_code, answer.json()["error"]) == (status, sentence)
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.json()["status"], answer.json()["detail"]) == (status, sentence)
    answer = client.get(path, headers={"Accept": "text/html,*/*"})
    assert (answer.status_code, sentence in answer.text) == (status, True)
    assert answer.text.startswith("<h1>")
    assert told == []


@pytest.mark.parametrize(("path", "status"), [("/raise/gone", 503), ("/gate", 503), ("/raise/failed", 502)])
def test_a_stranger_hears_nothing_of_what_is_behind_the_page_and_the_log_has_it(client, told, path, status):
    for accept in ("*/*", "text/html"):
        answer = client.get(path, headers={"Accept": accept, "Stranger": "1"})
        assert answer.status_code == status
        assert "not available just now" in answer.text
        assert "books" not in answer.text
        assert "charger did" not in answer.text
    assert len(told) == 2
    assert told[0].text.startswith(f"web page: GET {path}: the ")


def test_a_stranger_hears_what_it_has_done_wrong(client):
    assert client.get("/raise/wrong", headers={"Stranger": "1"}).json()["error"] == "there is no such key"


def test_a_header_of_the_error_stays(client):
    assert client.get("/raise/often").headers["retry-after"] == "60"
    answer = client.get("/raise/elsewhere")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_wrong_values_and_wrong_methods_are_told_in_words(client):
    answer = client.get("/number?number=x")
    assert answer.status_code == 400
    assert answer.json()["error"] == "number must be a whole number"
    answer = client.post("/number")
    assert answer.status_code == 405
    assert "takes requests of another method" in answer.json()["error"]


@pytest.mark.parametrize("accept", ["*/*", "text/html"])
def test_a_bug_is_in_the_log_once_and_not_on_the_page(client, told, accept):
    answer = client.get("/raise/bug", headers={"Accept": accept})
    assert answer.status_code == 500
    assert "please report it" in answer.text
    assert "secret-word" not in answer.text
    [event] = told
    assert event.what == "bug"
    assert event.text.startswith(
        "GET /raise/bug: a bug in chargerctl, please report it: KeyError('secret-word')"
    )
    assert "test_errors.py:" in event.text


def test_a_bug_in_the_midst_of_an_answer_is_in_the_log(client, told):
    assert client.get("/half").text == "begun"
    assert [event.what for event in told] == ["bug"]
