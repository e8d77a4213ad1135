# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The CSV file of cards: as spreadsheets write it, hostile, and there and back."""

import csv
import io
import re
import time
from datetime import datetime

import pytest
from chargerctl.central import card_file, cards
from chargerctl.central.books.owner import Card
from chargerctl.central.card_file import card_lines, read_cards
from chargerctl.central.csv_file import csv_lines, harmless, plain, read_rows
from chargerctl.errors import InputError
from chargerctl.settings.problems import SettingsError
from hypothesis import given
from hypothesis import strategies as st

CHARGERS = ("garage", "yard-1", "a,b;c d")


def read(text, encoding="utf-8"):
    data = text if isinstance(text, bytes) else text.encode(encoding)
    return read_cards(data, "cards.csv", CHARGERS)


def wrong(text):
    with pytest.raises(InputError) as raised:
        read(text)
    if isinstance(raised.value, SettingsError):
        return [str(problem) for problem in raised.value.problems]
    return [raised.value.message]


PLAIN = [Card("04A1B2C3", "Anna; Ärztin"), Card("04D4", "", blocked=True)]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("uid,name,blocked\n04A1B2C3,Anna; Ärztin,no\n04D4,,yes\n", "utf-8"),
        ('uid;name;blocked\r\n04a1b2c3;"Anna; Ärztin";\r\n04D4;;TRUE\r\n', "utf-8-sig"),
        ("uid\tname\tblocked\r\n04A1B2C3\tAnna; Ärztin\tFALSE\r\n04D4\t\t1\r\n", "utf-16"),
        ('sep=;\r\nuid;name;blocked\r\n04A1B2C3;"Anna; Ärztin";0\r\n04D4;;1\r\n;;\r\n', "utf-8"),
        ("Name ,BLOCKED, UID\rAnna; Ärztin,,04:a1:b2:c3\r,yes,04D4", "utf-8"),
        ("\n\nblocked,uid,name,,\n,04 A1 B2 C3,  Anna; Ärztin ,,\n\nyes,04D4,\n", "utf-8"),
    ],
)
def test_what_spreadsheets_write_is_read(text, encoding):
    assert read(text, encoding) == PLAIN


def test_every_column_is_read():
    (card,) = read(
        "uid,name,parent,valid_until,blocked,chargers\n"
        "1,Anna,fleet,2027-01-31T12:00:00+01:00,yes,garage | yard-1\n"
    )
    assert card == Card("1", "Anna", "FLEET", 1801393200.0, True, ("garage", "yard-1"))


@pytest.mark.parametrize("text", ["2027-01-31", "31.1.2027", " 31.01.2027 "])
def test_a_day_counts_to_its_end_here(text):
    assert cards.valid_until(text) == datetime(2027, 1, 31, 23, 59, 59).timestamp()


def test_every_wrong_line_is_named_and_nothing_else_is_read():
    assert wrong(
        "uid,name,valid_until,blocked,chargers\n"
        "04A1,ok,,,\n"
        ",no uid,,,\n"
        "1E+10,,,,\n"
        "Ä,,,,\n"
        "123456789012345678901,,,,\n"
        "04a1,again,,,\n"
        "5,,1/2/2027,,\n"
        "6,,,maybe,\n"
        "7,,,,gerage\n"
        '8,"a\x1b[31m",,,\n'
        "9,a,b,c,d,e\n"
        '10,"two\nlines",,,\n'
        "11,,tomorrow,perhaps,nowhere\n"
    ) == [
        "cards.csv:3: uid: must not be empty",
        "cards.csv:4: uid: 1E+10 is a number that a spreadsheet has rounded: format the column as text, "
        "and enter the uid again",
        "cards.csv:5: uid: may have printable ASCII characters only: OCPP allows no others",
        "cards.csv:6: uid: must be at most 20 characters (OCPP), has 21",
        "cards.csv:7: uid: 04A1 is already in line 2",
        "cards.csv:8: valid_until: 1/2/2027 is not a date: write 2027-12-31, or 2027-12-31T18:00",
        "cards.csv:9: blocked: must be yes or no, not maybe",
        "cards.csv:10: chargers: gerage: did you mean garage?",
        "cards.csv:11: name: has a character that cannot be seen: type it again",
        "cards.csv:12: has 6 cells, and the first line names 5",
        "cards.csv:13: name: has a character that cannot be seen: type it again",
        "cards.csv:15: valid_until: tomorrow is not a date: write 2027-12-31, or 2027-12-31T18:00",
        "cards.csv:15: blocked: must be yes or no, not perhaps",
        "cards.csv:15: chargers: nowhere: the books have no charger of that serial; serials are separated by |",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", "cards.csv:1: is empty: its first line must name the columns"),
        (b"\n \n", "cards.csv:1: is empty"),
        (b"04A1,Anna\n", "cards.csv:1: 04a1: the columns are uid, name"),
        (b"uid,nam\n", "cards.csv:1: nam: did you mean name?"),
        (b"uid,uid\n", "cards.csv:1: uid: there are two columns"),
        (b"name\n", "cards.csv:1: has no column uid"),
        (b"uid,,name\n", "cards.csv:1: a column without a name"),
        (b"uid\n04A1\n\xe4\n", "cards.csv:3: is not UTF-8: save it as CSV UTF-8"),
        (b'uid\n04A1\n"04B2\n04C3\n', "cards.csv:3: the closing quote is missing"),
        (b'uid\n"04A1"x\n', 'cards.csv:2: a quote within a quoted cell is written twice: ""'),
        (b'uid\n"' + b"x" * 20_000 + b'"\n', "cards.csv:2: has a cell of more than 10000 characters"),
        (b"uid\n04A1\0\n", "cards.csv:2: "),
    ],
)
def test_a_file_that_cannot_be_read_is_one_line(text, message):
    (found,) = wrong(text)
    assert found.startswith(message)


def test_a_file_of_ten_thousand_cards_is_read_quickly():
    text = "uid,name,valid_until\n" + "".join(
        f"{number:08X},card {number},2027-01-31\n" for number in range(10_000)
    )
    began = time.process_time()
    assert len(read(text)) == 10_000
    assert time.process_time() - began < 20  # about half a second on a quiet machine


def test_one_card_too_many_is_refused(monkeypatch):
    monkeypatch.setattr(card_file, "MOST", 3)
    assert wrong("uid\n1\n2\n3\n\n4\n5\n") == ["cards.csv:6: is one card too many: at most 3 at once"]


@given(
    st.binary(max_size=200)
    | st.text(max_size=200).map(lambda text: f"uid,name\n{text}".encode("utf-8", "ignore"))
)
def test_any_bytes_are_cards_or_lines_with_their_place(data):
    try:
        for card in read(data):
            assert 0 < len(card.id_tag) <= 20
    except InputError as error:
        for line in error.lines():
            assert re.match(r"(chargerctl: )?cards\.csv:\d+: |\d+ mistakes? in cards\.csv", line)


shown = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), max_size=20)
anything = st.builds(
    Card,
    id_tag=st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20)
    .map(str.strip)
    .map(str.upper),
    name=shown.map(str.strip),
    parent=st.just("") | st.just("FLEET"),
    valid_until=st.none() | st.integers(0, 4_000_000_000).map(float),
    blocked=st.booleans(),
    chargers=st.none() | st.just(()) | st.just(("garage", "a,b;c d")),
)


def understood(card):
    try:
        return cards.uid(card.id_tag) == card.id_tag
    except ValueError:
        return False


@given(st.lists(anything.filter(understood), max_size=5, unique_by=lambda card: card.id_tag))
def test_what_is_exported_is_read_back_as_it_was(found):
    assert read("\r\n".join(card_lines(found))) == found


FORMULAS = ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", " =1", "'=1", "''+1", "\uff1d1", '=cmd|"/c calc"!A1']


@pytest.mark.parametrize("text", FORMULAS)
def test_a_spreadsheet_finds_no_formula(text):
    (cell,) = next(csv.reader(io.StringIO([*csv_lines(["x"], [[text]])][1])))
    assert cell == f"'{text}"


@given(st.text(max_size=10) | st.sampled_from(FORMULAS))
def test_what_was_made_harmless_is_read_as_it_was(text):
    assert plain(harmless(text)) == text
    assert harmless(text).strip()[:1] not in ("=", "+", "-", "@")


def test_numbers_are_written_as_they_are():
    assert [*csv_lines(["a", "b"], [[-1, None], [0.5, "x,y"]])] == ["a,b", "-1,", '0.5,"x,y"']


def test_reading_a_file_leaves_the_limit_of_the_process_as_it_was():
    before = csv.field_size_limit()
    read_rows(b"uid\n04A1B2C3\n", "cards.csv", ["uid"], ["uid"])
    assert csv.field_size_limit() == before
