# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The page to log in, and to log out."""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from chargerctl.central.books import users
from chargerctl.central.web.login import forms
from chargerctl.central.web.login.addresses import address_of
from chargerctl.central.web.login.attempts import Attempts, LoggedIn
from chargerctl.central.web.login.cookies import BROWSER, FORM, SESSION, cookie, delete_cookie, set_cookie
from chargerctl.central.web.login.door import Door, NotAdmitted
from chargerctl.central.web.login.limits import Limits
from chargerctl.central.web.login.passwords import Passwords
from chargerctl.central.web.parts import Parts
from chargerctl.central.web.viewer import viewer_of
from chargerctl.events.event import Event

_LONGEST_PATH = 500


def router(parts: Parts, door: Door, limits: Limits) -> APIRouter:
    """/login and /logout."""
    attempts = Attempts(parts.store, parts.now, parts.tell, Passwords(), limits)
    routes = APIRouter()

    def page(request: Request, status: int = 200, **values: str) -> HTMLResponse:
        """With a proof that the form is ours: there is no session yet that could have one."""
        csrf = cookie(request, FORM) or secrets.token_urlsafe(32)
        given = {"name": "", "error": "", "said": "", "next": "/"} | values
        accounts = door.has_accounts()
        text = parts.pages.text("login/login.html", accounts=accounts, csrf=csrf, **given)
        response = HTMLResponse(text, status)
        set_cookie(request, response, FORM, csrf)
        return response

    @routes.get("/login")
    def show(request: Request, next: str = "/", out: str = "") -> Response:
        try:
            door.viewer(request)
        except NotAdmitted:
            said = "You are logged out." if out else ""
            return page(request, next=local(next), said=said)
        return RedirectResponse(local(next), 303)

    @routes.post("/login")
    async def log_in(request: Request) -> Response:
        async with request.form(max_files=0, max_fields=10) as form:
            name, password, following, csrf = (
                str(form.get(each, "")) for each in ("name", "password", "next", forms.FIELD)
            )
        following = local(following)
        if not forms.same(csrf, cookie(request, FORM)):
            error = "This page was open for long, or the browser keeps no cookies: try again."
            return await run_in_threadpool(page, request, 403, error=error, next=following)
        found = await attempts.log_in(name, password, cookie(request, BROWSER), address_of(request))
        if not isinstance(found, LoggedIn):
            shown = name[: users.LONGEST_NAME]
            refused = await run_in_threadpool(
                page, request, found.status, name=shown, error=found.sentence, next=following
            )
            if found.wait_s:
                refused.headers["Retry-After"] = str(found.wait_s)
            return refused
        if before := cookie(request, SESSION):
            await run_in_threadpool(end, before)
        response = RedirectResponse(following, 303)
        set_cookie(request, response, SESSION, found.secret)
        set_cookie(request, response, BROWSER, found.browser)
        delete_cookie(request, response, FORM)
        return response

    @routes.post("/logout")
    def log_out(request: Request) -> Response:
        if secret := cookie(request, SESSION):
            end(secret)
            name = viewer_of(request).name
            parts.tell(Event("logout", f"{name} logged out", details={"user": name}))
        response = RedirectResponse("/login?out=1", 303)
        delete_cookie(request, response, SESSION)
        return response

    def end(secret: str) -> None:
        with parts.store.writing() as connection:
            users.end_session(connection, secret)

    return routes


def local(path: str) -> str:
    """Where to go after the login: a page of ours, never another site, whatever somebody has written into a link."""
    if len(path) > _LONGEST_PATH or not path.isascii() or not path.isprintable() or "\\" in path:
        return "/"
    if not path.startswith("/") or path.startswith("//"):
        return "/"
    parts = urlsplit(path)
    if parts.scheme or parts.netloc or parts.path in ("/login", "/logout"):
        return "/"
    return path
