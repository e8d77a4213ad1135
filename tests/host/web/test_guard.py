# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A request passes that names this server, comes from its own pages, and is not too long."""

import pytest
from chargerctl.settings.kinds import HostPort
from chargerctl.web.errors import Errors
from chargerctl.web.guard import LONGEST_BODY, Guard
from chargerctl.web.headers import SafeHeaders
from chargerctl.web.hosts import ours
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

LOOPBACK = HostPort("127.0.0.1", 8080)
EVERYWHERE = HostPort("0.0.0.0", 8080)
LAN = HostPort("192.168.1.5", 8080)


async def echo(scope, receive, send):
    body = await Request(scope, receive).body()
    await PlainTextResponse(f"{scope['method']} {len(body)}")(scope, receive, send)


def client(where=LOOPBACK, more=(), scheme="http"):
    errors = Errors(lambda event: None, lambda *_: PlainTextResponse("page"), {})
    app = SafeHeaders(errors.around(Guard(echo, ours(where, more))))
    return TestClient(app, base_url=f"{scheme}://127.0.0.1:8080")


@pytest.mark.parametrize(
    ("where", "host"),
    [
        (LOOPBACK, "127.0.0.1:8080"),
        (LOOPBACK, "localhost:8080"),
        (LOOPBACK, "LocalHost"),
        (LOOPBACK, "[::1]:8080"),
        (EVERYWHERE, "192.168.1.5:8080"),
        (EVERYWHERE, "[fd00::5]"),
        (EVERYWHERE, "localhost:8080"),
        (LAN, "192.168.1.5:8080"),
        (HostPort("charge.lan", 443), "charge.lan"),
        (HostPort("charge.lan", 443), "charge.lan."),
        (LOOPBACK, "charge.example.org"),
    ],
)
def test_a_name_of_this_server(where, host):
    answer = client(where, ("charge.example.org",)).get("/", headers={"Host": host})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("where", "host"),
    [
        (LOOPBACK, "evil.example"),
        (LOOPBACK, "evil.example:8080"),
        (LOOPBACK, "127.0.0.1.evil.example"),
        (LOOPBACK, "192.168.1.5:8080"),
        (LOOPBACK, "localhost.evil.example"),
        (LOOPBACK, ""),
        (LOOPBACK, "[::1"),
        (EVERYWHERE, "evil.example"),
        (LAN, "localhost:8080"),
    ],
)
def test_a_name_that_anybody_may_point_here(where, host):
    answer = client(where).get("/", headers={"Host": host})
    assert (answer.status_code, "http_hosts" in answer.json()["error"]) == (421, True)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Origin": "http://[bad"},
        {"Origin": "http://127.0.0.1:8080.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://127.0.0.1:8080", "Sec-Fetch-Site": "cross-site"},
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_what_changes_something_from_another_web_site(headers, method):
    answer = client().request(method, "/", headers=headers)
    assert (answer.status_code, "another web site" in answer.json()["error"]) == (403, True)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://127.0.0.1:8080"},
        {"Origin": "http://127.0.0.1:8080", "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_what_changes_something_from_a_page_of_this_server_or_from_a_program(headers):
    assert client().post("/", headers=headers).text == "POST 0"


def test_a_link_from_another_web_site_is_followed():
    assert client().get("/", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


def test_a_body_is_bounded_whether_its_length_is_told_or_not():
    assert client().post("/", content=b"x" * LONGEST_BODY).text == f"POST {LONGEST_BODY}"
    too_long = b"x" * (LONGEST_BODY + 1)
    assert client().post("/", content=too_long).status_code == 413
    assert client().post("/", content=iter([too_long[:9], too_long[9:]])).status_code == 413
    for length in ("-1", "9" * 5000, "²"):
        assert client().post("/", headers={"Content-Length": length.encode()}).status_code == 413


def test_the_headers_of_every_answer_also_of_a_refusal():
    for answer in (client().get("/"), client().get("/", headers={"Host": "evil.example"})):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert answer.headers["cache-control"] == "no-store"
        assert "strict-transport-security" not in answer.headers
    assert "max-age" in client(scheme="https").get("/").headers["strict-transport-security"]
