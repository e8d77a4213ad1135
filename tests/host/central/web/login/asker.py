# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Asks an application for something, without a network. An answer that lasts for ever is read as far as its first piece."""

from __future__ import annotations

import re

import anyio

from tests.host.central.web.login.conftest import HOST


class Answer:
    def __init__(self, method, path):
        self.asked = f"{method} {path}"
        self.status = 0
        self.headers = {}
        self.body = b""

    @property
    def text(self):
        return self.body.decode()


async def ask(app, method, path, headers, body):
    """One request; of what lasts, the first of it."""
    answer = Answer(method, path)
    begun = anyio.Event()
    asked = False

    async def receive():
        nonlocal asked
        if not asked:
            asked = True
            return {"type": "http.request", "body": body, "more_body": False}
        await begun.wait()
        return {"type": "http.disconnect"}

    async def send(message):
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = {name.decode(): value.decode("latin-1") for name, value in message["headers"]}
        else:
            answer.body += message.get("body", b"")
            begun.set()

    only, _, query = path.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": re.sub("%([0-9A-F]{2})", lambda code: chr(int(code[1], 16)), only),
        "raw_path": only.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()],
        "client": ("192.0.2.7", 50_000),
        "server": (HOST, 80),
    }
    with anyio.fail_after(60):
        await app(scope, receive, send)
    return answer
