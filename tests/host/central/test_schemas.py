# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The fast check gives the verdict of the reference implementation, whatever comes."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation

import pytest
from chargerctl.central.messages.defaults import CALLS
from chargerctl.central.messages.schemas import (
    ACTIONS,
    CALL,
    CALL_RESULT,
    FrameError,
    check_payload,
    parse,
    parse_time,
    schema_of,
    storable,
)
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft4Validator, FormatChecker
from ocpp.v16.enums import Action

from tests.host.central.test_answers import CHARGERS_CALLS

VALID = CHARGERS_CALLS | CALLS
PROFILE = CALLS["SetChargingProfile"]

_formats = FormatChecker(formats=())


@_formats.checks("date-time", ValueError)
def _is_timestamp(value):
    return not isinstance(value, str) or bool(parse_time(value))


def reference(kind, action, payload):
    return Draft4Validator(schema_of(kind, action), format_checker=_formats).is_valid(payload)


def verdict(kind, action, payload):
    try:
        check_payload(kind, action, payload)
    except FrameError:
        return False
    return True


def read(payload):
    """As it comes from a link."""
    return parse(json.dumps([3, "1", payload]))[2]


# JSON that looks a little like OCPP.
_texts = st.one_of(
    st.text(max_size=24), st.sampled_from(["Accepted", "A", "Wh", "2026-11-22T07:30:00Z", "-"])
)
_numbers = st.one_of(
    st.integers(-(1 << 63), (1 << 63) - 1), st.integers(-(10**7), 10**7).map(lambda n: n / 20)
)
_scalars = st.one_of(st.none(), st.booleans(), _numbers, _texts)
_anything = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_texts, inner, max_size=3),
    max_leaves=6,
)


def places(value, path=()):
    """Every place in a payload, as the path to it."""
    yield path
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from places(value[key], (*path, key))


def changed(value, path, how):
    if not path:
        return how
    copy = value.copy()
    if how is None and len(path) == 1 and isinstance(copy, dict):
        del copy[path[0]]
    else:
        copy[path[0]] = changed(copy[path[0]], path[1:], how)
    return copy


@given(st.data())
def test_both_agree_on_a_payload_with_something_wrong_in_it(data):
    action = data.draw(st.sampled_from(sorted(VALID)))
    payload = VALID[action]
    for _each in range(data.draw(st.integers(0, 2))):
        [_whole, *inner] = places(payload)
        payload = (
            changed(payload, data.draw(st.sampled_from(inner)), data.draw(_anything)) if inner else {"new": 1}
        )
    payload = read(payload)
    assert verdict(CALL, action, payload) == reference(CALL, action, payload)


@given(
    st.sampled_from(sorted(ACTIONS)), st.sampled_from([CALL, CALL_RESULT]), st.dictionaries(_texts, _anything)
)
def test_both_agree_on_anything(action, kind, payload):
    payload = read(payload)
    assert verdict(kind, action, payload) == reference(kind, action, payload)


@given(st.decimals(-1000, 1000, places=3))
def test_both_agree_on_decimals_and_none_is_rounded(limit):
    text = json.dumps([2, "1", "SetChargingProfile", PROFILE]).replace("16.0", f"{limit:f}")
    payload = parse(text)[3]
    period = payload["csChargingProfiles"]["chargingSchedule"]["chargingSchedulePeriod"][0]
    assert period["limit"] == limit
    assert verdict(CALL, "SetChargingProfile", payload) == (limit % Decimal("0.1") == 0)
    assert verdict(CALL, "SetChargingProfile", payload) == reference(CALL, "SetChargingProfile", payload)


@pytest.mark.parametrize("number", ["1.0", "1e0", "10e-1", "1E+0", "0.1e1"])
def test_a_whole_number_with_a_point_or_an_exponent_is_no_integer(number):
    payload = parse(f'[2,"1","UnlockConnector",{{"connectorId":{number}}}]')[3]
    assert not verdict(CALL, "UnlockConnector", payload)
    assert not reference(CALL, "UnlockConnector", payload)


@pytest.mark.parametrize("number", [1 << 63, -(1 << 63) - 1, 10**400, -(10**4000)])
def test_an_integer_is_one_that_a_database_can_keep(number):
    with pytest.raises(FrameError, match=r"connectorId: .* than the m...mum of") as caught:
        check_payload(CALL, "UnlockConnector", {"connectorId": number})
    assert caught.value.code == "PropertyConstraintViolation"


@pytest.mark.parametrize(
    "number", ["NaN", "Infinity", "-Infinity", "1e31", "1e-31", "1e999999999", "0." + "1" * 39, "1" * 5000]
)
def test_numbers_that_are_none_or_out_of_range_are_not_read(number):
    with pytest.raises(FrameError, match="not JSON"):
        parse(f'[3,"1",{{"limit":{number}}}]')


def test_a_limit_that_the_reference_cannot_divide_is_refused():
    text = json.dumps([2, "1", "SetChargingProfile", PROFILE]).replace("16.0", "1e29")
    payload = parse(text)[3]
    with pytest.raises(InvalidOperation):
        reference(CALL, "SetChargingProfile", payload)
    assert not verdict(CALL, "SetChargingProfile", payload)


def test_a_location_is_any_text():
    assert verdict(CALL, "GetDiagnostics", {"location": ""})


def test_every_action_of_ocpp_is_known():
    assert {each.value for each in Action} == ACTIONS


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("plain", "plain"),
        ("é 😀", "é 😀"),
        ("KEBA\0\0", "KEBA\ufffd\ufffd"),
        ("\ud83d", "\ufffd"),
        ("\ude00\ud83d", "\ufffd\ufffd"),
        ("\ud83d\ude00", "😀"),
    ],
)
def test_text_that_no_database_keeps_is_replaced(text, kept):
    assert storable({"a": [text]}) == {"a": [kept]}
    assert storable({text: 1.5}) == {kept: 1.5}


@given(_anything)
def test_what_is_storable_can_be_stored(value):
    assert storable(value) == value or "\0" in repr(value) or "\\" in repr(value)
    assert "\0" not in json.dumps(storable(value), ensure_ascii=False)


def test_only_so_deep():
    value = []
    for _each in range(40):
        value = [value]
    with pytest.raises(FrameError, match="more than 32 lists"):
        storable(value)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01"])
def test_a_time_has_to_exist_in_utc(text):
    with pytest.raises(ValueError, match="outside of the years 1 to 9999"):
        parse_time(text)
