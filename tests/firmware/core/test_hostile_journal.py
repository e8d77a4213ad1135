# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Records with a right checksum and a content that cannot be true: set aside, said in one line, and the charger charges."""

import struct
from binascii import crc32

import pytest
from charger import journal, journal_rewriting, records
from charger.ocpp import attributes
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.firmware.core.media import Charger, Medium
from tests.firmware.rig import Rig

UNIX = 1_800_000_000
SESSION = 0x10001
HEADER = journal_rewriting.header(b"identity", 1)
TAG = b"04A2B3C4"
SET_ASIDE = "damaged, cut short or cannot be true: set aside"


def fact(number, text):
    return records.seal(records.FACT, bytes((number,)) + text)


def start(number=SESSION, unix=UNIX, energy_wh=5000, by_card=1, tag=TAG, size=None, parent=b""):
    size = len(tag) if size is None else size
    head = struct.pack("<IIIBB", number, unix, energy_wh, by_card, size)
    return records.seal(records.START, head + tag + parent)


def meter(number=SESSION + 1, session=SESSION, unix=UNIX + 60, energy_wh=5100, what=1):
    return records.seal(
        records.METER, struct.pack("<IIIII", number, session, unix, energy_wh, 7000 | what << 24)
    )


def stop(
    number=SESSION + 2, session=SESSION, unix=UNIX + 90, energy_wh=5200, reason=b"Local", tag=TAG, data=b""
):
    head = struct.pack("<IIIIBB", number, session, unix, energy_wh, len(reason), len(tag))
    return records.seal(records.STOP, head + reason + tag + data)


def answer(session=SESSION, transaction_id=77, accepted=1, parent=b""):
    return records.seal(records.ANSWER, struct.pack("<IqB", session, transaction_id, accepted) + parent)


def checkpoint(unix=UNIX + 60, energy_wh=5100):
    return records.seal(records.CHECKPOINT, struct.pack("<II", unix, energy_wh))


def card(flags=0, tag=TAG, size=None, parent=b""):
    return b"b\0\1" + bytes((flags,)) + bytes(4) + bytes((len(tag) if size is None else size,)) + tag + parent


STARTS = fact(journal.BOOTS, b"i1")
GOOD = STARTS + start() + meter() + checkpoint()
SAMPLE = struct.pack(">IIHB", UNIX, 5000, 0, 9)


def read(*parts):
    """A charger whose medium holds this log."""
    data = HEADER + b"".join(parts)
    medium = Medium()
    medium.data[0][: len(data)] = data
    return Charger(medium)


def meaning(charger):
    content = charger.content
    running = content.running
    # The count of starts goes up with each.
    facts = {number: content.facts[number] for number in content.facts if number != journal.BOOTS}
    said = running and {**vars(running), "accepted": bool(running.accepted)}
    return [bytes(item) for item in content.queue], content.ids, facts, said


def test_what_can_be_true_is_believed():
    full = stop(data=SAMPLE * 8, reason=b"EVDisconnected")
    rest = [
        answer(),
        full,
        fact(journal.KEYS, b"i300"),
        fact(journal.CARDS, card()),
        fact(200, b"b\0"),
        fact(100, b"b\0"),
        fact(100, b"i5"),
    ]
    charger = read(GOOD, *rest)
    assert not charger.lines[:-1]
    assert len(charger.journal) == 2
    assert charger.journal.get(journal.REGISTER_WH) == 5200


HOSTILE = {
    "BOOTS as bytes": fact(journal.BOOTS, b"b\1\2"),
    "BOOTS negative": fact(journal.BOOTS, b"i-1"),
    "BOOTS backwards": fact(journal.BOOTS, b"i0"),
    "BOOTS beyond what a number holds": fact(journal.BOOTS, b"i65536"),
    "BOOTS forgotten": fact(journal.BOOTS, b""),
    "REGISTER_WH negative": fact(journal.REGISTER_WH, b"i-5"),
    "REGISTER_WH as bytes": fact(journal.REGISTER_WH, b"b5"),
    "REGISTER_WH of 250 digits": fact(journal.REGISTER_WH, b"i" + b"9" * 250),
    "REGISTER_WH forgotten": fact(journal.REGISTER_WH, b""),
    "INOPERATIVE as bytes": fact(journal.INOPERATIVE, b"b\1"),
    "INOPERATIVE with unknown bits": fact(journal.INOPERATIVE, b"i4"),
    "a fact that is no number": fact(journal.KEYS, b"ithree"),
    "a fact without a number": fact(journal.KEYS, b"i"),
    "a fact of no type": fact(journal.KEYS, b"x5"),
    "HeartbeatInterval 0": fact(journal.KEYS, b"i0"),
    "MeterValuesSampledData with an unknown bit": fact(journal.KEYS + 6, b"i4"),
    "MessageTimeout as bytes": fact(journal.KEYS + 12, b"b30"),
    "MessageTimeout of a century": fact(journal.KEYS + 12, b"i3155760000"),
    "StopTransactionOnInvalidId 7": fact(journal.KEYS + 18, b"i7"),
    "ConnectorPhaseRotation without a name": fact(journal.KEYS + 40, b"i9"),
    "a card that is an int": fact(journal.CARDS, b"i5"),
    "a card that is too short": fact(journal.CARDS, b"b\0\1\0"),
    "a card whose tag is longer than it": fact(journal.CARDS + 15, card(size=9)),
    "a card without a tag": fact(journal.CARDS, card(tag=b"")),
    "a card with an unknown status": fact(journal.CARDS, card(flags=7)),
    "a card whose parent is no text": fact(journal.CARDS, card(parent=b"\xc3\x28")),
    "a start from before there was this firmware": start(number=SESSION + 5, unix=0),
    "a start after 2037": start(number=SESSION + 5, unix=0xFFFFFFFF),
    "a start at an absurd register": start(number=SESSION + 5, energy_wh=0xFFFFFFFF),
    "a start without a tag": start(number=SESSION + 5, tag=b""),
    "a start whose tag is longer than it": start(number=SESSION + 5, size=200),
    "a start whose tag is no text": start(number=SESSION + 5, tag=b"\xff\xfe"),
    "a start whose parent is too long": start(number=SESSION + 5, parent=b"P" * 21),
    "a number that is there already": start(),
    "a number of a start of the program that is to come": start(number=0x00FF0001),
    "the highest of all numbers": meter(number=0xFFFFFFFF),
    "number 0": meter(number=0),
    "a meter value of a transaction that is to come": meter(number=SESSION + 5, session=SESSION + 6),
    "a meter value below its start's": meter(number=SESSION + 5, energy_wh=4999),
    "a meter value before its start": meter(number=SESSION + 5, unix=UNIX - 1),
    "a meter value of what nobody measures": meter(number=SESSION + 5, what=255),
    "a stop below its start's register": stop(number=SESSION + 5, energy_wh=4999),
    "a stop before its start": stop(number=SESSION + 5, unix=UNIX - 1),
    "a stop of 2 GWh": stop(number=SESSION + 5, energy_wh=2_000_000_000),
    "a stop for an unknown reason": stop(number=SESSION + 5, reason=b"Boredom"),
    "a stop for no reason": stop(number=SESSION + 5, reason=b""),
    "a stop for half a reason": stop(number=SESSION + 5, reason=b"Local Other"),
    "a stop whose tag is no text": stop(number=SESSION + 5, tag=b"\0"),
    "a stop with a piece of a sample": stop(number=SESSION + 5, data=SAMPLE + b"\0"),
    "a stop with an unknown sample": stop(number=SESSION + 5, data=SAMPLE[:-1] + b"\xff"),
    "an answer that is neither yes nor no": answer(accepted=2),
    "an answer with an absurd id": answer(transaction_id=(1 << 63) - 1),
    "an answer whose parent is no text": answer(parent=b"\xff"),
    "all is settled up to a number that is to come": records.seal(records.SETTLED, b"\xff\xff\xff\xff"),
    "a checkpoint below its start's register": checkpoint(energy_wh=4999),
    "a checkpoint before its start": checkpoint(unix=UNIX - 1),
    "a checkpoint of 2 GWh": checkpoint(energy_wh=2_000_000_000),
    "a checkpoint at an absurd time": checkpoint(unix=0xFFFFFFFF),
    "an unknown kind": records.seal(8, b"what"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_what_cannot_be_true_is_set_aside_and_said_in_one_line(what):
    charger = read(GOOD, HOSTILE[what])
    assert meaning(charger) == meaning(read(GOOD))
    assert [SET_ASIDE in line for line in charger.lines] == [True, False]
    charger.wait()
    charger.lines.clear()
    charger.restart()
    assert not any(SET_ASIDE in line for line in charger.lines), "the log was written anew without it"


@pytest.mark.parametrize("ended", [True, False])
def test_a_transaction_whose_stop_is_not_believed_does_not_go_on_after_a_power_cut(ended):
    memory = read(GOOD, answer(), *[HOSTILE["a stop for an unknown reason"]] * ended)
    rig = Rig(journal=memory.journal, cable_in=True, SAFETY_RESUME_AFTER_POWER_LOSS="true")
    rig.rtc = UNIX + 1000
    rig.wait(30)
    assert rig.relay.closed is not ended
    assert len(rig.calls("StopTransaction")) == ended


def test_no_key_has_a_range_of_its_own_that_the_journal_would_not_take():
    """Each end of each range is set, and outlasts a restart."""
    for number, ends in enumerate(attributes._RANGES):
        for value in ends:
            charger = read(STARTS, fact(journal.KEYS + number, b"i" + str(value).encode()))
            assert charger.journal.get(journal.KEYS + number) == value
        for value in (ends[0] - 1, ends[1] + 1):
            charger = read(STARTS, fact(journal.KEYS + number, b"i" + str(value).encode()))
            assert charger.journal.get(journal.KEYS + number) is None


# Whatever the records say.

NUMBERS = st.one_of(st.integers(0x10000, 0x10020), st.integers(0, 0xFFFFFFFF))
UNIXES = st.one_of(st.integers(UNIX, UNIX + 10000), st.integers(0, 0xFFFFFFFF))
ENERGIES = st.one_of(st.integers(0, 10000), st.integers(0, 0xFFFFFFFF))
BYTES = st.integers(0, 255)
TEXTS = st.one_of(st.sampled_from((b"", TAG, b"Local", b"Remote")), st.binary(max_size=24))
FACTS = st.one_of(
    st.integers(0, 3), st.integers(journal.KEYS, journal.KEYS + 60), st.integers(journal.CARDS, 150), BYTES
)
VALUES = st.one_of(
    st.integers(-5, 100_000).map(lambda value: b"i" + str(value).encode()),
    st.builds(card, BYTES, TEXTS, st.one_of(st.none(), BYTES), TEXTS),
    st.binary(max_size=40),
)
RECORDS = st.one_of(
    st.builds(start, NUMBERS, UNIXES, ENERGIES, BYTES, TEXTS, st.one_of(st.none(), BYTES), TEXTS),
    st.builds(meter, NUMBERS, NUMBERS, UNIXES, ENERGIES, BYTES),
    st.builds(stop, NUMBERS, NUMBERS, UNIXES, ENERGIES, TEXTS, TEXTS, st.binary(max_size=90)),
    st.builds(answer, NUMBERS, st.integers(-(1 << 63), (1 << 63) - 1), BYTES, TEXTS),
    st.builds(checkpoint, UNIXES, ENERGIES),
    st.builds(fact, FACTS, VALUES),
    st.builds(lambda number: records.seal(records.SETTLED, struct.pack("<I", number)), NUMBERS),
    st.builds(lambda payload: records.seal(records.ATTEMPTS, payload), st.binary(max_size=8)),
)
LOGS = st.lists(RECORDS, max_size=20)


def charges(log):
    """The charger starts, delivers what it believes, and charges."""
    body = HEADER[:12]
    assert HEADER[12:] == struct.pack("<I", crc32(body))
    memory = read(*log)
    rig = Rig(journal=memory.journal, OCPP_OFFLINE_AUTHORIZATION="true")
    # Whatever has become of the availability and the configuration.
    rig.run(500)
    rig.call("ChangeAvailability", {"connectorId": 0, "type": "Operative"})
    rig.run(2500)
    assert not len(rig.journal), rig.log_lines
    rig.plug()
    rig.swipe()
    rig.run(11000)
    assert rig.relay.closed, rig.log_lines
    rig.swipe()
    rig.run(1000)
    assert not rig.relay.closed
    assert not any("Error" in line for line in rig.log_lines)


@given(LOGS)
@settings(max_examples=8, deadline=None, derandomize=True)
def test_whatever_the_records_say_the_charger_starts_and_charges(log):
    charges(log)


@pytest.mark.soak
@given(LOGS)
@settings(max_examples=1000, deadline=None)
def test_however_many_logs_it_reads_the_charger_starts_and_charges(log):
    charges(log)


@given(LOGS)
@settings(max_examples=60, deadline=None)
def test_whatever_the_records_say_what_is_kept_says_it_again_after_a_rewriting(log):
    charger = read(*log)
    before = meaning(charger)
    charger.wait()
    charger.restart()
    assert meaning(charger) == before
