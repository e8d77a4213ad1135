# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The configuration of a charger on its page: read, changed, and never a secret of it."""

import re
import time

import pytest
from chargerctl.central.books.interface import Outcome
from chargerctl.central.books.queries.traffic import last_calls
from chargerctl.central.web.charger.follow import KeysFollower
from chargerctl.central.web.charger.fragments import Fragments
from chargerctl.central.web.charger.keys import MOST_KEYS

from tests.host.central.web.charger.conftest import HERE

PAGE = f"{HERE}/configuration"


def key(name, value="1", readonly=False):
    return {"key": name, "readonly": readonly} | ({} if value is None else {"value": value})


def tell(store, *keys, asked=(), now=None):
    """The charger tells these."""
    with store.unit() as unit:
        payload = {"key": list(asked)} if asked else {}
        unit.charger("garage-1").told(
            "GetConfiguration", payload, {"configurationKey": list(keys)}, now or time.time()
        )


def names(page):
    return re.findall(r'data-key="([^"]*)"', page)


def test_keys_are_shown_with_their_values_and_whether_they_can_be_changed(owner, store):
    tell(store, key("Beta", "b"), key("alpha", "a", readonly=True), key("None", None))
    page = owner.get(PAGE).text
    assert names(page) == ["alpha", "Beta", "None"]
    alpha, beta = (re.search(f'id="key-{each}".*?</li>', page, re.DOTALL)[0] for each in ("alpha", "Beta"))
    assert "read-only" in alpha
    assert "<form" not in alpha
    assert '<p class="key-value">a</p>' in alpha
    assert 'name="value" aria-label="Value of Beta" value="b"' in beta
    assert "3 keys, last told" in page


def test_a_charger_that_has_told_nothing_has_nothing_to_show(owner):
    page = owner.get("/chargers/yard/configuration").text
    assert "It has not told its configuration yet." in page
    assert names(page) == []


def test_keys_are_searched_by_name_and_value_and_never_more_than_a_page_of_them(owner, store):
    tell(store, *(key(f"Key{each}", "ten" if each == 10 else "-") for each in range(MOST_KEYS + 5)))
    page = owner.get(PAGE).text
    assert len(names(page)) == MOST_KEYS
    assert "5 more: search for them." in page
    assert names(owner.get(f"{PAGE}?search=KEY304").text) == ["Key304"]
    assert names(owner.get(f"{PAGE}?search=TEN").text) == ["Key10"]
    nothing = owner.get(f"{PAGE}?search=%3Cscript%3E%E2%80%AE{'x' * 9000}").text
    assert names(nothing) == []
    assert "&lt;script&gt;\\u202e" in nothing
    assert len(nothing) < 20_000


def test_a_secret_is_never_shown(owner, reader, store):
    tell(store, key("AuthorizationKey", "hunter2 hunter2"), key("WifiPassword", "hunter2", readonly=True))
    for page in (owner.get(PAGE).text, reader.get(PAGE).text):
        assert "hunter2" not in page
        assert "secret: not shown" in page


def test_hostile_keys_are_text(owner, store):
    tell(store, key('"><script>', "</li><script>\u202e" + "v" * 470), key("a\x1bb"))
    page = owner.get(PAGE).text
    assert "<script>" not in page
    assert "\u202e" not in page
    assert "\x1b" not in page
    assert re.findall(r'<li id="(key-[^"]*)"', page) == ["key-_22_3e_3cscript_3e", "key-a_1bb"]


@pytest.mark.parametrize("told", [key("Greeting", "a\u200bb\n<b>"), key("Gree\u200bting", "a")])
def test_what_hides_is_shown_and_never_sent_back_as_it_is_shown(owner, store, told):
    tell(store, told)
    shown = re.search(r'<li id="key-Gree.*?</li>', owner.get(PAGE).text, re.DOTALL)[0]
    assert r"\u200b" in shown
    assert "It has characters that do not show." in shown
    assert "<input" not in shown


def test_it_is_read_from_the_charger(owner, answering):
    told = {"configurationKey": [key("A"), key("B")]}
    asked = answering({"GetConfiguration": told})
    answer = owner.post(f"{PAGE}/read").json()
    assert (answer["said"], answer["done"]) == ("The charger told 2 keys.", True)
    assert asked == [("garage-1", "GetConfiguration", {})]


def test_one_key_is_read_and_one_that_the_charger_does_not_know(owner, answering):
    asked = answering({"GetConfiguration": {"unknownKey": ["<b>\u202e"]}})
    answer = owner.post(f"{PAGE}/read", key=" Nonsense ").json()
    assert (answer["said"], answer["done"]) == ("The charger does not know <b>\\u202e.", False)
    assert asked == [("garage-1", "GetConfiguration", {"key": ["Nonsense"]})]


def test_why_it_cannot_be_read_is_said(owner, answering):
    answering({"GetConfiguration": Outcome(error="Timeout", detail="no answer within 30 s")})
    answer = owner.post(f"{PAGE}/read").json()
    assert (answer["done"], "no answer within 30 s" in answer["said"]) == (False, True)


@pytest.mark.parametrize(
    ("status", "done", "words"),
    [
        ("Accepted", True, "the charger uses the new value"),
        ("RebootRequired", True, "the charger uses the new value after a restart"),
        ("Rejected", False, "the charger refused the value"),
        ("NotSupported", False, "the charger does not know this key"),
    ],
)
def test_a_key_is_changed_and_the_answer_said_in_words(owner, answering, status, done, words):
    asked = answering({"ChangeConfiguration": {"status": status}})
    answer = owner.post(PAGE, key=" HeartbeatInterval ", value="600").json()
    assert answer["done"] is done
    assert answer["said"].startswith(f"HeartbeatInterval: ChangeConfiguration: {status}: {words}")
    assert asked == [("garage-1", "ChangeConfiguration", {"key": "HeartbeatInterval", "value": "600"})]


def test_after_a_refusal_the_value_that_the_charger_has_is_said(owner, answering, store):
    answering({"ChangeConfiguration": {"status": "Rejected"}})
    assert owner.post(PAGE, key="HeartbeatInterval", value="-5").json()["said"].endswith("It told last: 300")
    assert "told last" not in owner.post(PAGE, key="Unlisted", value="-5").json()["said"]
    tell(store, key("AuthorizationKey", "hunter2 hunter2"))
    assert "hunter2" not in owner.post(PAGE, key="AuthorizationKey", value="short").text


def test_a_key_may_have_an_equals_sign_and_a_value_blanks(owner, answering):
    asked = answering({"ChangeConfiguration": {"status": "Accepted"}})
    assert owner.post(PAGE, key="a=b", value=" c=d ").json()["done"]
    assert asked[0][2] == {"key": "a=b", "value": " c=d "}


def test_a_new_password_of_the_charger_is_not_in_the_answer(owner, store, answering):
    answering({"ChangeConfiguration": {"status": "Accepted"}})
    answer = owner.post(PAGE, key="AuthorizationKey", value="hunter2 hunter2")
    assert "it counts from the next connection" in answer.json()["said"]
    assert "hunter2" not in answer.text
    with store.reading() as connection:
        assert "hunter2" not in last_calls(connection)[0].payload


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"key": "", "value": "x"}, "is no key"),
        ({"key": "k" * 51, "value": "x"}, "is no key"),
        ({"key": "AuthorizationKey", "value": "hunter2" * 100}, "at most 500 characters (OCPP), not 700"),
        ({"key": "A", "value": "a\x00b"}, "a character that cannot be sent"),
        ({"value": "hunter2"}, "is no key"),
    ],
)
def test_what_cannot_be_a_key_or_a_value_is_refused_without_repeating_the_value(owner, store, form, words):
    answer = owner.post(PAGE, **form)
    assert answer.status_code == 400
    assert words in answer.json()["error"]
    assert "hunter2" not in answer.text
    with store.reading() as connection:
        assert last_calls(connection) == []


def test_the_page_gets_the_keys_that_were_told_again_and_those_that_are_gone(parts, store):
    now = time.time()
    tell(store, key("A"), key("B"), now=now)
    follower = KeysFollower(Fragments(parts.pages, may_change=True), "garage-1", "", now + 0.01)

    def look():
        with store.reading() as connection:
            return [
                (name, data.get("keys") or re.findall(r'id="([\w-]+)"', data["html"])[0])
                for name, data in follower.look(connection)
            ]

    assert look() == [("told", ["key-A", "key-B"])]
    tell(store, key("B", "2"), asked=["B"], now=now + 5)
    assert look() == [("key", "key-B"), ("told", ["key-A", "key-B"])]
    assert look() == []
    tell(store, key("B"), key("C"), now=now + 9)
    assert look() == [("key", "key-B"), ("key", "key-C"), ("told", ["key-B", "key-C"])]


def test_a_page_that_comes_back_learns_which_keys_are_gone_and_gets_no_old_ones(parts, store):
    now = time.time()
    tell(store, key("A"), key("B"), now=now)
    tell(store, key("B"), now=now + 5)
    fragments = Fragments(parts.pages, may_change=True)
    with store.reading() as connection:
        (*fresh, (_, told)) = KeysFollower(fragments, "garage-1", "", now).look(connection)
        again = KeysFollower(fragments, "garage-1", "", told["since"]).look(connection)
    assert [name for name, _ in fresh] == ["key"]
    assert [name for name, _ in again] == ["told"]
    assert told["keys"] == ["key-B"]
