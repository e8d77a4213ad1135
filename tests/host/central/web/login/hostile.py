# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Books full of names that attack a page, and what is looked for on the page then."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

from chargerctl.central.books import owner

from tests.host.central.web.login.conftest import NOW

SCRIPT = "<script>alert(1)</script>"
HOSTILE = f"\"'>{SCRIPT}<img src=x onerror=alert(2)>\u202e\x1b[31m\x00\u2028{{{{7*7}}}}"
LONG = "<blink>" + "x" * 10_000
SERIAL = "a&b'();c@d"
CARD = "<q>'\"&--><script>"


def fill(store):
    """A charger and cards whose names attack pages; sessions, frames and a refused card of theirs."""
    with store.writing() as connection:
        owner.add_charger(connection, SERIAL, NOW, name=HOSTILE)
        owner.add_charger(connection, "long", NOW, name=LONG)
        owner.put_cards(connection, [owner.Card(CARD, HOSTILE), owner.Card("LONG", LONG)], NOW)
    boot = {"chargePointVendor": HOSTILE[:20], "chargePointModel": SCRIPT[:20], "firmwareVersion": SCRIPT}
    with store.unit() as unit:
        unit.working(NOW)
        for serial in (SERIAL, "long", "stranger"):
            books = unit.charger(serial)
            unit.connected(serial, "mqtt", NOW)
            unit.frame(serial, False, json.dumps([2, HOSTILE, "Authorize", {"idTag": HOSTILE}]), NOW)
            unit.frame(serial, False, HOSTILE + LONG, NOW)
            status = books.registration(boot, NOW)
            books.book("BootNotification", boot, {"status": status, "currentTime": "", "interval": 300}, NOW)
            told = {"connectorId": 1, "status": "Faulted", "errorCode": "OtherError", "info": HOSTILE[:50]}
            books.book("StatusNotification", told | {"vendorErrorCode": SCRIPT}, {}, NOW)
            keys = [{"key": HOSTILE[:50], "readonly": False, "value": LONG[:500]}]
            books.told("GetConfiguration", {}, {"configurationKey": keys, "unknownKey": [SCRIPT]}, NOW)
            start = {"connectorId": 1, "idTag": CARD, "meterStart": 0, "timestamp": "2026-11-22T07:00:00Z"}
            number = books.transaction_id(start)
            info = {"transactionId": number, "idTagInfo": {"status": "Accepted"}}
            books.book("StartTransaction", start, info, NOW)
            refused = {"idTagInfo": {"status": "Invalid"}}
            books.book("Authorize", {"idTag": HOSTILE[:20]}, refused, NOW)


_HIDDEN = re.compile("[\u202a-\u202e\u2066-\u2069\u2028\u2029\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


class Foreign(HTMLParser):
    """Collects elements and attributes that no page of ours has, and text that hides or is too long."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag in ("blink", "q", "style", "iframe", "object") or (tag == "img" and given.get("src") == "x"):
            self.found.append(tag)
        if tag == "script" and not (given.get("src") or "").startswith("/static/"):
            self.found.append(tag)
        self.found += [name for name in given if name == "style" or name.startswith("on")]
        for value in filter(None, given.values()):
            self.handle_data(value)
            self.found += [value] if value.strip().lower().startswith("javascript:") else []

    def handle_data(self, data):
        self.found += [ascii(data)[:100]] if _HIDDEN.search(data) or "x" * 5000 in data else []


def fragments(stream):
    """The HTML in the data of server-sent events."""

    def walk(value):
        if isinstance(value, dict | list):
            for inner in value.values() if isinstance(value, dict) else value:
                yield from walk(inner)
        elif isinstance(value, str) and value.lstrip().startswith("<"):
            yield value

    lines = [line for line in stream.splitlines() if line.startswith("data:")]
    return "\n".join(html for line in lines for html in walk(json.loads(line[5:])))
