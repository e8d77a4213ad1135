# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""DNS messages: what is asked, and what an answer may and may not say."""

import struct

import pytest
from charger.net.dns import LookUpError, address, query
from hypothesis import example, given
from hypothesis import strategies as st

HERE = b"\xc0\x0c"  # a pointer to the name asked for
A, CNAME, AAAA = 1, 5, 28
QUERY = query("broker.example", b"\x12\x34")


def wire(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"


def test_a_query_asks_for_the_ipv4_address_with_recursion():
    asked = bytes.fromhex("1234 0100 0001 0000 0000 0000") + b"\6broker\7example\0" + b"\0\1\0\1"
    assert query("broker.example", b"\x12\x34") == asked


def test_a_dot_at_the_end_is_no_label():
    assert query("broker.example.", b"\x12\x34") == QUERY


@pytest.mark.parametrize(
    "name", ["", ".", "a..b", ".a", "x" * 64, ".".join("x" * 21), ".".join(["x" * 63] * 4)]
)
def test_what_is_no_name_is_not_asked_for(name):
    with pytest.raises(LookUpError, match="not a host name"):
        query(name, b"\0\0")


def test_the_longest_names_are_asked_for():
    assert query("x" * 63, b"\0\0")
    assert query(".".join(["x" * 63] * 3 + ["x" * 61]), b"\0\0")


def test_an_address_is_found(dns):
    assert address(dns.answer_to(QUERY, dns.record(HERE, A, b"\xc0\0\2\7")), QUERY) == "192.0.2.7"


def test_the_first_of_several_counts(dns):
    records = [dns.record(HERE, A, bytes([192, 0, 2, last])) for last in (9, 8, 7)]
    assert address(dns.answer_to(QUERY, *records), QUERY) == "192.0.2.9"


def test_other_kinds_of_records_are_passed_by(dns):
    records = [
        dns.record(HERE, AAAA, bytes(16)),
        dns.record(HERE, 16, b"\4text"),
        dns.record(HERE, A, b"\xc0\0\2\7"),
    ]
    assert address(dns.answer_to(QUERY, *records), QUERY) == "192.0.2.7"


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_aliases_are_followed_in_any_order(dns, order):
    records = [
        dns.record(HERE, CNAME, wire("lb.cloud.example")),
        dns.record(wire("LB.cloud.Example"), CNAME, b"\4host\xc0\x13"),  # host.example
        dns.record(wire("host.example"), A, b"\xc0\0\2\7"),
    ]
    answer = dns.answer_to(QUERY, *[records[at] for at in order])
    assert address(answer, QUERY) == "192.0.2.7"


def test_the_address_of_another_name_is_not_taken(dns):
    answer = dns.answer_to(QUERY, dns.record(wire("bank.example"), A, b"\xc0\0\2\7"))
    with pytest.raises(LookUpError, match="no IPv4 address"):
        address(answer, QUERY)


def test_a_circle_of_aliases_ends(dns):
    answer = dns.answer_to(
        QUERY, dns.record(HERE, CNAME, wire("b.example")), dns.record(wire("b.example"), CNAME, HERE)
    )
    with pytest.raises(LookUpError, match="no IPv4 address"):
        address(answer, QUERY)


@pytest.mark.parametrize("address_bytes", [b"\0\0\0\0", b"\xff\xff\xff\xff", b"\xe0\0\0\1"])
def test_an_address_that_no_host_has_is_none(dns, address_bytes):
    with pytest.raises(LookUpError, match="no IPv4 address"):
        address(dns.answer_to(QUERY, dns.record(HERE, A, address_bytes)), QUERY)


@pytest.mark.parametrize(
    ("code", "words"), [(3, "no such name"), (2, "name server error 2"), (5, "name server error 5")]
)
def test_a_refusal_says_why(dns, code, words):
    with pytest.raises(LookUpError, match=words):
        address(dns.answer_to(QUERY, code=code), QUERY)


def test_the_question_may_come_back_in_other_letters(dns):
    upper = QUERY[:12] + QUERY[12:-4].upper() + QUERY[-4:]
    assert address(dns.answer_to(upper, dns.record(HERE, A, b"\xc0\0\2\7")), QUERY) == "192.0.2.7"


def foreign(dns):
    """Answers that are not to our question, by what is wrong with them."""
    record = dns.record(HERE, A, b"\xc0\0\2\7")
    good = dns.answer_to(QUERY, record)
    return {
        "another id": b"\x12\x35" + good[2:],
        "another name": dns.answer_to(query("broker.exampel", b"\x12\x34"), record),
        "another type": dns.answer_to(QUERY[:-3] + b"\x1c\0\1", record),
        "a query": dns.answer_to(QUERY, record, flags=0x0100),
        "another opcode": dns.answer_to(QUERY, record, flags=0x9180),
        "two questions": good[:4] + b"\0\2" + good[6:],
        "no question": good[:4] + b"\0\0" + good[6:],
        "nothing": b"",
        "a header": good[:12],
        "cut in the question": good[: len(QUERY) - 1],
        "cut in the record": good[:-1],
        "a record too few": good[:6] + b"\0\2" + good[8:],
        "a pointer to itself": dns.answer_to(
            QUERY, dns.record(struct.pack("!H", 0xC000 | len(QUERY)), A, b"1234")
        ),
        "a pointer forwards": dns.answer_to(QUERY, dns.record(b"\xc1\xff", A, b"1234")),
        "a label of no kind": dns.answer_to(QUERY, dns.record(b"\x80abc\0", A, b"1234")),
        "a name without end": dns.answer_to(QUERY, b"\x3f" * 300),
        "a name of many labels": dns.answer_to(QUERY, dns.record(b"\1a" * 60 + b"\0", A, b"1234")),
        "a length beyond the end": good[:-6] + b"\xff\xff" + good[-4:],
    }


def test_what_is_not_an_answer_to_our_question_is_passed_by(dns):
    for what, data in foreign(dns).items():
        assert address(data, QUERY) is None, what


def outcome(data):
    """An address that could be one, None or a LookUpError: nothing else, and never without end."""
    try:
        found = address(data, QUERY)
    except LookUpError:
        return
    if found is not None:
        numbers = [int(part) for part in found.split(".")]
        assert len(numbers) == 4
        assert 0 < numbers[0] < 224
        assert max(numbers) < 256


@given(st.binary(max_size=512))
def test_no_bytes_whatever_get_out_of_the_parser(data):
    outcome(data)


@given(st.integers(0, 65535), st.binary(max_size=512 - len(QUERY)))
@example(40, b"\x01a" * 200)
@example(65535, HERE + struct.pack("!HHIH", CNAME, 1, 0, 2) + HERE)
def test_nor_do_any_behind_the_right_question(count, data):
    outcome(QUERY[:2] + struct.pack("!HHHHH", 0x8180, 1, count, 0, 0) + QUERY[12:] + data)


def records():
    """Pieces that look like records, with pointers to anywhere."""
    pointer = st.integers(0, 0x3FFF).map(lambda at: struct.pack("!H", 0xC000 | at))
    near = st.integers(0, 120).map(lambda at: struct.pack("!H", 0xC000 | at))
    label = st.binary(max_size=63).map(lambda text: bytes([len(text)]) + text)
    name = st.lists(st.one_of(label, near, pointer), max_size=6).map(b"".join)
    kind = st.sampled_from([A, CNAME, AAAA, 0, 41])
    return st.tuples(name, kind, st.one_of(name, st.binary(max_size=16)), st.integers(-2, 2)).map(
        lambda each: each[0] + struct.pack("!HHIH", each[1], 1, 60, max(0, len(each[2]) + each[3])) + each[2]
    )


@given(st.lists(records(), max_size=45))
def test_nor_records_that_are_nearly_right(pieces):
    data = b"".join(pieces)[: 512 - len(QUERY)]
    outcome(QUERY[:2] + struct.pack("!HHHHH", 0x8180, 1, len(pieces), 0, 0) + QUERY[12:] + data)


@given(st.data())
def test_nor_a_good_answer_with_a_few_bytes_changed(data):
    good = QUERY[:2] + struct.pack("!HHHHH", 0x8180, 1, 2, 0, 0) + QUERY[12:]
    good += HERE + struct.pack("!HHIH", CNAME, 1, 60, 7) + b"\4host\xc0\x13"
    good += b"\4host\xc0\x13" + struct.pack("!HHIH", A, 1, 60, 4) + b"\xc0\0\2\7"
    assert address(good, QUERY) == "192.0.2.7"
    changed = bytearray(good)
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    outcome(bytes(changed))
