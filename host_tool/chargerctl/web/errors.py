# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Errors in words: for a page of our script and for programs as JSON, {"error": "sentence"}, for a person as a page.

A viewer never sees a traceback. What is a bug is told to the log of the service.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from http import HTTPStatus
from pathlib import Path

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chargerctl.errors import ChargerctlError, InputError, NotFoundError
from chargerctl.events.event import Event, Tell
from chargerctl.visible import visible_text
from chargerctl.web.validation import in_words

_LONGEST = 2000
_TITLES = {
    400: "That cannot be used",
    401: "Log in first",
    403: "Not allowed",
    404: "Not found",
    405: "Not possible here",
    413: "Too much was sent",
    421: "Unknown host name",
    429: "Too often",
    500: "A bug in chargerctl",
    502: "The charger did not answer as expected",
    503: "Not available now",
}
_SENTENCES = {
    404: "there is no such page",
    405: "this address takes requests of another method only",
    500: "this is a bug in chargerctl, please report it; the log of the service has a line about it",
}
# To strangers: the sentences of such errors have paths and addresses of ours.
_TO_STRANGERS = "this is not available just now: try again in a while"

_OF_FASTAPI = {
    "There was an error parsing the body": "the body cannot be read: it must be JSON that is not nested deeply"
}

ErrorPage = Callable[[Request, int, str, str], Response]
"""Makes the page of an error, from the request, the status, a title and a sentence."""


class Errors:
    """Give it to the routes with install(), and put it around what stands before them with around().

    statuses: of errors that are not the viewer's fault; else it is 502: somebody behind this server did not answer as hoped.
    hides(request, error): whether the log alone gets what the error says; for those that are nobody's fault.
    """

    def __init__(
        self,
        tell: Tell,
        page: ErrorPage,
        statuses: Mapping[type[ChargerctlError], int],
        hides: Callable[[Request, Exception], bool] = lambda request, error: False,
    ) -> None:
        self._tell = tell
        self._page = page
        self._hides = hides
        # The first that fits.
        self._statuses: Mapping[type[ChargerctlError], int] = {
            NotFoundError: 404,
            InputError: 400,
            **statuses,
        }

    def install(self, app: FastAPI) -> None:
        for kind in (ChargerctlError, HTTPException, RequestValidationError, Exception):
            app.add_exception_handler(kind, self._answer)

    def around(self, app: ASGIApp) -> ASGIApp:
        async def caught(scope: Scope, receive: Receive, send: Send) -> None:
            started = False

            async def sending(message: Message) -> None:
                nonlocal started
                started = True
                await send(message)

            try:
                await app(scope, receive, sending)
            except ClientDisconnect:
                pass
            except Exception as error:  # noqa: BLE001 (it is told, and answered in words)
                request = Request(scope)
                if self._status(error) == 500:
                    self._tell(_bug(request, error))
                if not started:
                    answer = await self._answer(request, error)
                    await answer(scope, receive, send)

        return caught

    def _status(self, error: Exception) -> int:
        if isinstance(error, HTTPException):
            return error.status_code
        if isinstance(error, RequestValidationError):
            return 400
        if isinstance(error, ChargerctlError):
            found = (status for kind, status in self._statuses.items() if isinstance(error, kind))
            return next(found, 502)
        return 500

    async def _answer(self, request: Request, error: Exception) -> Response:
        status = self._status(error)
        sentence = self._said(request, error, status)
        headers = dict(getattr(error, "headers", None) or {})
        if status < 400:
            return Response(status_code=status, headers=headers)
        answer: Response
        if "text/html" in request.headers.get("accept", ""):
            answer = self._page(request, status, _TITLES.get(status, HTTPStatus(status).phrase), sentence)
        else:
            answer = _problem(status, sentence)
        answer.headers.update(headers)
        return answer

    def _said(self, request: Request, error: Exception, status: int) -> str:
        sentence = _cut(visible_text(_sentence(error, status)))
        if status < 500 or not isinstance(error, ChargerctlError) or not self._hides(request, error):
            return sentence
        self._tell(Event("not_available", f"web page: {_asked(request)}: {sentence}"))
        return _TO_STRANGERS


def _asked(request: Request) -> str:
    return f"{request.method} {visible_text(request.url.path)[:100]}"


def _sentence(error: Exception, status: int) -> str:
    if isinstance(error, ChargerctlError):
        return error.message
    if isinstance(error, RequestValidationError):
        return "; ".join(map(in_words, error.errors()))
    if isinstance(error, HTTPException) and error.detail != HTTPStatus(error.status_code).phrase:
        return _OF_FASTAPI.get(str(error.detail), str(error.detail))
    return _SENTENCES.get(status, HTTPStatus(status).phrase)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _problem(status: int, sentence: str) -> JSONResponse:
    """As RFC 9457 has it, and `error`, which is what our own programs read."""
    title = HTTPStatus(status).phrase
    problem = {"type": "about:blank", "title": title, "status": status, "detail": sentence}
    return JSONResponse({"error": sentence, **problem}, status, media_type="application/problem+json")


def _bug(request: Request, error: Exception) -> Event:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    text = f"{_asked(request)}: a bug in chargerctl, please report it: {_cut(visible_text(repr(error)))}"
    return Event("bug", f"{text} ({Path(frame.filename).name}:{frame.lineno})")
