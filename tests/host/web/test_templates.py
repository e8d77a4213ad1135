# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a stranger has written is text on a page, and cannot hide, reorder or fill other text."""

from datetime import UTC, datetime

import pytest
from chargerctl.web.templates import environment
from chargerctl.web.zone import zone_of
from starlette.requests import HTTPConnection


def rendered(source, **values):
    return environment().from_string(source).render(**values)


def test_hostile_text():
    name = '<script>alert(1)</script>\u202e&\x00\u200b"'
    text = rendered('<a title="{{ name }}">{{ name }}</a>', name=name)
    shown = r"&lt;script&gt;alert(1)&lt;/script&gt;\u202e&amp;\x00\u200b&#34;"
    assert text == f'<a title="{shown}">{shown}</a>'


def test_what_is_no_text_stays():
    assert rendered("{{ 5 }} {{ value }} {{ none }}", value=7.5) == "5 7.5 None"


def test_long_text_is_cut_where_the_page_says_so():
    assert rendered("{{ name|cut(5) }}", name="x" * 10_000) == "xxxx…"
    assert rendered("{{ name|cut(5) }}", name="xxxxx") == "xxxxx"


def test_lines_stay_lines():
    assert rendered("<pre>{{ text|lines }}</pre>", text="<a>\n\x1b[2J") == "<pre>&lt;a&gt;\n\\x1b[2J</pre>"


def test_moments():
    at = datetime(2026, 11, 22, 7, 30, tzinfo=UTC).timestamp()
    source = '{% from "kit.html" import when %}{{ when(at) }}'
    assert (
        rendered(source, at=at)
        == '<time datetime="2026-11-22T07:30:00.000+00:00">2026-11-22 07:30 UTC</time>'
    )
    assert "never" in rendered(source, at=None)


@pytest.mark.parametrize(
    ("cookie", "name"),
    [
        ("zone=Europe/Berlin", "Europe/Berlin"),
        ("zone=America/Argentina/Ushuaia", "America/Argentina/Ushuaia"),
        ("", "UTC"),
        ("zone=Mars/Olympus", "UTC"),
        ("zone=Europe", "UTC"),
        ("zone=../../../etc/passwd", "UTC"),
        ("zone=/etc/passwd", "UTC"),
        (f"zone={'x' * 10_000}", "UTC"),
    ],
)
def test_the_zone_of_a_viewer(cookie, name):
    connection = HTTPConnection({"type": "http", "headers": [(b"cookie", cookie.encode())]})
    assert str(zone_of(connection)) == name
