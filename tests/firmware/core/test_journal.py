# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The journal: what it holds outlasts the program, whatever its medium is, and damage costs what is damaged."""

import struct
from binascii import crc32

import pytest
from charger import journal, journal_rewriting, records
from charger.journal_recovery import recover
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.firmware.core.media import Charger, Medium

MEDIA = {
    "nvm of an RP2": lambda: Medium(keeps=False),
    "nvm of an ESP32": Medium,
    "FRAM": lambda: Medium(copies=2),
}
UNIX = 1_800_000_000
# Of no key: any value is one of theirs.
SPARE_KEYS = journal.KEYS + 50
FULL = "too many transactions are undelivered"
CONTENTS = settings(max_examples=150, deadline=None)


@pytest.fixture(params=MEDIA)
def charger(request):
    made = Charger(MEDIA[request.param]())
    made.wait()
    return made


SAMPLES = struct.pack(">IIHB", UNIX, 0, 0, 9) + struct.pack(">IIHB", UNIX + 40, 40, 0, 13)


def card(tag, parent=b""):
    """As ocpp/cache.py keeps an accepted one."""
    return b"\0\1\0" + bytes(4) + bytes((len(tag),)) + tag + parent


def messages(content):
    return [bytes(item) for item in content.queue]


def read(data, copies=1):
    """The Content of a log, and what was said about it."""
    medium = Medium(copies)
    medium.data[0][: len(data)] = data
    lines = []
    return recover(medium, lambda tag, text: lines.append(text)), lines


# What lasts.


def test_undelivered_messages_keep_their_order_their_content_and_their_ids(charger):
    for place in range(16):
        charger.session(f"CARD{place}", UNIX + place * 7200, place * 1000, place * 1000 + 900)
    before = messages(charger.content)
    first = charger.journal.message_id(charger.journal.head())
    charger.restart()
    assert messages(charger.content) == before
    assert charger.journal.message_id(charger.journal.head()) == first
    seen = charger.deliver()
    assert [entry[1] for entry in seen[::2]] == [entry[1] for entry in seen[1::2]]
    assert [entry[2] for entry in seen] == sorted(entry[2] for entry in seen)
    assert len({entry[4] for entry in seen}) == 32
    charger.restart()
    assert not len(charger.journal)


@pytest.mark.requirement(
    "behaviour 7", "Sixteen transactions of an offline time wait in order; a seventeenth is refused."
)
def test_sixteen_transactions_fit_beside_a_full_configuration_and_card_cache(charger):
    for key in range(40):
        charger.journal.put(SPARE_KEYS + key, 86400)
    for place in range(16):
        charger.journal.put(journal.CARDS + place, card(b"04A2B3C4D5E6F7", b"PARENT-0123456789012"))
    charger.wait(10)
    for place in range(16):
        assert charger.journal.trouble is None
        charger.session(f"0123456789012345678{place:x}", UNIX + place, place, place)
    assert charger.journal.trouble == FULL
    charger.restart()
    charger.wait()
    assert len(charger.journal) == 32
    assert charger.journal.get(SPARE_KEYS + 39) == 86400
    assert charger.journal.get(journal.CARDS + 15)[8:12] == b"04A2"
    charger.deliver()
    assert charger.journal.trouble is None


LONGEST = "01234567890123456789"


@pytest.mark.parametrize("samples", [2, 60])
@pytest.mark.parametrize("cards", [0, 16])
def test_sixteen_of_the_longest_transactions_always_fit_in_the_nvm_of_an_rp2(cards, samples):
    """Wherever the log ends when the network is lost, with meter values and checkpoints in each. None is written anew
    meanwhile: there is never a moment for it."""
    for before in range(0, 9, 2):
        charger = Charger(Medium(keeps=False))
        charger.wait()
        for place in range(cards):
            charger.journal.put(journal.CARDS + place, card(LONGEST.encode(), LONGEST.encode()))
        for key in range(23):
            charger.journal.put(SPARE_KEYS + key, 1000)
        charger.wait()
        for place in range(before):
            _long_session(charger, place, 2)
            charger.deliver()
        rewritten = charger.medium.rewrites
        for place in range(16):
            assert charger.journal.trouble is None, (before, place)
            _long_session(charger, place, samples)
        assert charger.medium.rewrites == rewritten
        assert not charger.journal.failing
        charger.deliver()
        charger.restart()
        assert not len(charger.journal)


def _long_session(charger, place, samples):
    session = charger.journal.start(LONGEST, UNIX + place * 7200, place * 10_000, LONGEST)
    charger.wait(1)
    charger.stalls.open = False
    for minute in range(samples):
        energy_wh = place * 10_000 + minute * 116
        if energy_wh >= charger.journal.checkpoint_wh:
            charger.journal.checkpoint(UNIX + place * 7200 + minute * 60, energy_wh)
        charger.journal.meter(session, UNIX + place * 7200 + minute * 60, energy_wh, 7000, 3)
        charger.wait(1)
    charger.stalls.open = True
    data = bytes(88)[: max(charger.journal.spare() // 11 * 11, 0)]
    charger.journal.stop(session, UNIX + place * 7200 + 3600, energy_wh, "EVDisconnected", LONGEST, data)
    charger.wait()


def test_a_meter_value_that_was_written_counts_as_a_checkpoint_after_a_restart(charger):
    session = charger.journal.start("04A2", UNIX, 5000)
    charger.journal.checkpoint(UNIX + 60, 5100)
    charger.journal.meter(session, UNIX + 70, 5150)
    charger.wait()
    charger.restart()
    running = charger.journal.running
    assert (running.last_unix, running.last_wh) == (UNIX + 70, 5150)


def test_the_running_transaction_is_known_after_a_restart_with_its_last_checkpoint(charger):
    session = charger.journal.start("04A2", UNIX, 5000, parent="FLEET", by_card=False)
    charger.wait(1)
    charger.journal.settled(charger.journal.head(), 77, True)
    charger.stalls.open = False
    charger.journal.checkpoint(UNIX + 60, 5100)
    charger.wait(1)
    charger.restart()
    running = charger.journal.running
    assert (running.session, running.id_tag, running.parent, running.by_card) == (
        session,
        "04A2",
        "FLEET",
        False,
    )
    assert (running.unix, running.energy_wh, running.last_unix, running.last_wh) == (
        UNIX,
        5000,
        UNIX + 60,
        5100,
    )
    assert running.accepted is True
    assert charger.journal.transaction_id(session) == 77
    assert charger.journal.get(journal.REGISTER_WH) == 5100
    charger.journal.stop(session, UNIX + 60, 5100, "PowerLoss", None)
    charger.wait(1)
    charger.restart()
    assert charger.journal.running is None
    assert charger.journal.transaction_id(session) == 77
    assert charger.journal.head().reason == "PowerLoss"


def test_attempts_and_given_up_starts_last(charger):
    session = charger.session()
    head = charger.journal.head()
    charger.journal.failed(head)
    charger.journal.failed(head)
    charger.wait(5)
    charger.restart()
    assert charger.journal.head().attempts == 2
    charger.journal.settled(charger.journal.head())
    charger.wait(5)
    charger.restart()
    assert charger.journal.head().attempts == 0
    assert charger.journal.transaction_id(session) == -1


def test_attempts_are_written_though_nothing_else_is(charger):
    charger.session()
    charger.wait(5)
    charger.journal.failed(charger.journal.head())
    charger.wait(5)
    charger.restart()
    assert charger.journal.head().attempts == 1


def test_starts_are_counted_and_no_message_id_is_another_messages(charger):
    seen = {}
    boots = []
    for place in range(5):
        charger.journal.start("A", UNIX + place, place)
        charger.wait(1)
        for value in range(3):
            charger.journal.meter(charger.journal.running.session, UNIX + place, 10 * place + value)
        while (record := charger.journal.head()) is not None:
            # Delivered at once, so the meter values were never written; nor, in the last moment, that the start was.
            identity = charger.journal.message_id(record)
            assert len(identity) <= 36
            message = (record.kind, record.unix, record.energy_wh)
            assert seen.setdefault(identity, message) == message
            charger.journal.settled(record, 1)
        charger.restart()
        boots.append(charger.journal.get(journal.BOOTS))
    # Beside the stops that were made up for what never got one.
    assert len([message for message in seen.values() if message[0] != records.STOP]) == 20
    assert boots == list(range(boots[0], boots[0] + 5))


def test_a_session_takes_at_most_four_writes(charger):
    charger.session()
    charger.deliver()
    before = charger.medium.appends
    session = charger.journal.start("A", UNIX, 0)
    charger.wait(1)
    charger.stalls.open = False
    charger.journal.settled(charger.journal.head(), 7)
    charger.wait(60)
    charger.stalls.open = True
    charger.journal.stop(session, UNIX, 100, "Local", "A")
    charger.wait(1)
    charger.journal.settled(charger.journal.head())
    charger.wait(60)
    assert charger.medium.appends - before <= 4


# When.


def test_with_the_relay_closed_only_what_cannot_wait_is_written_and_only_if_the_owner_accepts_the_stall(
    charger,
):
    session = charger.journal.start("A", UNIX, 0)
    assert not charger.journal.written
    charger.wait(1)
    assert charger.journal.written
    charger.stalls.open = False
    before = charger.medium.appends
    charger.journal.put(journal.CARDS, card(b"A"))
    charger.journal.meter(session, UNIX, 10)
    charger.wait(10)
    assert charger.medium.appends == before
    charger.stalls.most_ms = charger.medium.ms(12) - 1
    charger.journal.checkpoint(UNIX, 100)
    charger.wait(10)
    assert charger.medium.appends == before
    charger.stalls.most_ms = charger.medium.ms(12)
    charger.wait(10)
    assert charger.medium.appends == before + 1
    charger.stalls.open = True
    charger.wait(10)
    charger.restart()
    assert charger.journal.get(journal.CARDS) == card(b"A")


def test_checkpoints_become_rarer_before_the_room_for_sixteen_transactions_is_used_up():
    charger = Charger(Medium(keeps=False))
    charger.wait()
    charger.journal.start("A", UNIX, 0)
    charger.wait(1)
    charger.stalls.open = False
    steps = []
    energy_wh = 0
    while energy_wh < 100_000:
        due = charger.journal.checkpoint_wh
        steps.append(due - energy_wh)
        energy_wh = due
        charger.journal.checkpoint(UNIX + energy_wh, energy_wh)
        charger.wait(1)
    assert steps[0] == 100
    assert steps == sorted(steps)
    charger.journal.stop(charger.journal.running.session, UNIX, energy_wh, "Local", "A")
    charger.wait(1)
    charger.stalls.open = True
    for _ in range(15):
        assert charger.journal.trouble is None
        charger.session()
    charger.restart()
    assert len(charger.journal) == 32


def test_meter_values_thin_out_and_are_counted(charger):
    session = charger.journal.start("A", UNIX, 0)
    for place in range(40):
        charger.journal.meter(session, UNIX + place, place, 7400, 3)
    assert charger.journal.discarded == 24
    charger.journal.stop(session, UNIX + 40, 40, "Local", "A", SAMPLES)
    charger.wait()
    charger.restart()
    kinds = [item[0] & 15 for item in charger.content.queue]
    assert kinds == [journal.START] + [journal.METER] * 16 + [journal.STOP]
    charger.journal.settled(charger.journal.head(), 1)
    value = charger.journal.head()
    assert (value.unix, value.energy_wh, value.power_w, value.what) == (UNIX + 24, 24, 7400, 3)
    assert charger.journal.give_way(session) == 16
    assert charger.journal.head().data == SAMPLES


@pytest.mark.requirement(
    "SPEC 5.3", "A configuration that was Accepted outlasts a power cut, also during a charge."
)
def test_a_change_of_the_configuration_does_not_wait_for_the_open_relay(charger):
    session = charger.journal.start("A", UNIX, 0)
    charger.wait(1)
    charger.stalls.open = False
    charger.journal.put(SPARE_KEYS, 77)
    charger.wait(1)
    charger.restart()
    assert charger.journal.get(SPARE_KEYS) == 77
    for value in range(1000):
        charger.journal.put(SPARE_KEYS, value)
        charger.wait(1)
    assert not charger.journal.failing, "however often: room for transactions is kept"
    charger.journal.stop(session, UNIX, 100, "Local", "A")
    charger.wait(1)
    charger.restart()
    assert charger.journal.running is None


def test_a_rewriting_that_lacks_memory_delays_no_start(charger, monkeypatch):
    def lack(name):
        raise MemoryError

    charger.content.base = 0
    monkeypatch.setattr(journal, "visit", lack)
    charger.wait(1)
    charger.journal.start("A", UNIX, 0)
    charger.wait(1)
    assert charger.journal.written
    assert not charger.journal.failing
    monkeypatch.undo()
    charger.restart()
    assert charger.journal.running.id_tag == "A"


def test_a_medium_that_the_watchdog_leaves_no_time_for_refuses_transactions():
    charger = Charger()
    charger.stalls.longest_ms = charger.medium.ms(12) - 1
    charger.wait(1)
    assert charger.journal.trouble == "the journal cannot be written"


def test_a_medium_that_fails_is_said_once_and_refuses_transactions_until_it_works_again(charger):
    charger.medium.error = OSError(5, "worn")
    charger.journal.start("A", UNIX, 0)
    charger.wait(200)
    assert charger.journal.failing
    assert not charger.journal.written
    assert charger.journal.trouble == "the journal cannot be written"
    assert len([line for line in charger.lines if "cannot be written" in line]) == 1
    charger.medium.error = None
    charger.wait(100)
    assert charger.journal.written
    charger.restart()
    assert charger.journal.head().id_tag == "A"


def test_what_a_failed_write_has_left_counts_once(charger, monkeypatch):
    append = charger.medium.append

    def fail(offset, data):
        append(offset, data)
        raise OSError(5, "worn")

    monkeypatch.setattr(charger.medium, "append", fail)
    session = charger.journal.start("A", UNIX, 0)
    charger.wait(1)
    assert charger.journal.failing
    monkeypatch.undo()
    charger.stalls.open = False
    charger.wait(100)
    assert charger.journal.written, "behind the first"
    charger.restart()
    assert len(charger.journal) == 1
    assert charger.journal.running.session == session


def test_no_start_and_no_stop_is_sent_before_it_is_written(make_rig):
    """Else a power cut leaves a transaction in the central system that is not known here, or stops one twice."""
    memory = Charger()
    rig = make_rig(journal=memory.journal)
    rig.run(11000)
    rig.plug()
    memory.stalls.open, memory.stalls.most_ms = False, 0
    rig.swipe()
    rig.run(1000)
    assert not rig.calls("StartTransaction")
    assert not rig.relay.closed
    memory.stalls.open = True
    rig.run(500)
    assert rig.calls("StartTransaction")
    assert rig.relay.closed
    memory.stalls.open = False
    rig.swipe()
    rig.run(1000)
    assert not rig.relay.closed
    assert not rig.calls("StopTransaction")
    memory.stalls.open = True
    rig.run(500)
    assert rig.calls("StopTransaction")
    rig = make_rig(journal=memory.restart(), cable_in=True, SAFETY_RESUME_AFTER_POWER_LOSS="true")
    rig.wait(30)
    assert not rig.calls("StopTransaction")
    assert not rig.relay.closed


def test_while_the_medium_fails_messages_are_sent_and_later_it_says_that_the_transaction_ended(charger):
    charger.journal.start("A", UNIX, 0)
    charger.wait(1)
    charger.deliver()
    charger.journal.stop(charger.journal.running.session, UNIX, 100, "Local", "A")
    charger.medium.error = OSError(5, "worn")
    charger.wait(1)
    assert charger.deliver()
    charger.journal.stop(charger.journal.start("B", UNIX, 100), UNIX, 100, "Other", "B")
    charger.wait(1)
    assert len(charger.deliver()) == 2
    charger.medium.error = None
    charger.wait(100)
    charger.restart()
    assert charger.journal.running is None
    assert not len(charger.journal)
    assert not charger.content.ids


@pytest.mark.parametrize("begun", [True, False])
def test_what_was_sent_unwritten_is_written_in_the_order_in_which_it_happened(charger, begun):
    """Want of memory makes a write fail, too, and then no new log is due."""
    session = charger.journal.start("A", UNIX, 0)
    if begun:
        charger.wait(1)
        charger.journal.settled(charger.journal.head(), 7)
        charger.wait(1)
    charger.journal.failing = True
    charger.journal.stop(session, UNIX, 100, "Local", "A")
    while (record := charger.journal.head()) is not None:
        charger.journal.settled(record, 7)
    charger.wait()
    charger.restart()
    assert charger.journal.running is None
    assert not charger.content.ids
    charger.journal.failing = True
    charger.journal.start("B", UNIX, 100)
    charger.wait(1)
    charger.restart()
    assert charger.journal.running.id_tag == "B"


@pytest.mark.parametrize("lacking", ["start", "answer", "stop"])
def test_want_of_memory_for_a_record_changes_nothing(monkeypatch, charger, lacking):
    def fail(kind, payload):
        if kind == {"start": records.START, "answer": records.ANSWER, "stop": records.STOP}[lacking]:
            raise MemoryError
        return seal(kind, payload)

    def attempt(what, act):
        if what == lacking:
            before = messages(charger.content), vars(charger.content)["running"], dict(charger.content.ids)
            monkeypatch.setattr(records, "seal", fail)
            with pytest.raises(MemoryError):
                act()
            monkeypatch.undo()
            assert (messages(charger.content), charger.content.running, charger.content.ids) == before
        return act()

    seal = records.seal
    now = charger.journal
    session = attempt("start", lambda: now.start("A", UNIX, 0))
    charger.wait(1)
    attempt("answer", lambda: now.settled(now.head(), 7))
    attempt("stop", lambda: now.stop(session, UNIX, 100, "Local", "A"))
    charger.wait(1)
    assert [entry[3] for entry in charger.deliver()] == [100]
    charger.restart()
    assert charger.journal.running is None


def test_nvm_of_an_rp2_is_erased_only_when_nothing_is_owed():
    charger = Charger(Medium(keeps=False))
    charger.wait()
    before = charger.medium.rewrites
    for _ in range(16):
        charger.session()
    charger.wait(60)
    assert charger.medium.rewrites == before
    charger.deliver()
    charger.wait(60)
    assert charger.medium.rewrites == before + 1


# Versions.


def log_of(version, *parts):
    body = b"CJ" + bytes((version, 0)) + b"identity"
    return (
        body
        + struct.pack("<I", crc32(body))
        + b"".join(records.seal(kind, payload) for kind, payload in parts)
    )


VERSION_1 = log_of(
    1,
    (records.FACT, bytes((journal.KEYS + 2,)) + b"i45"),
    (records.START, struct.pack("<IIIB", 0x10001, UNIX, 500, 4) + b"CARD" + b"FLEET"),
    (records.METER, struct.pack("<IIII", 0x10002, 0x10001, UNIX + 60, 600)),
    (records.CHECKPOINT, struct.pack("<II", UNIX + 90, 650)),
)


def test_a_journal_of_version_1_is_read_and_written_as_the_present_one():
    medium = Medium(copies=2)
    medium.data[0][: len(VERSION_1)] = VERSION_1
    charger = Charger(medium)
    charger.wait()
    assert medium.log()[2] == records.VERSION
    charger.restart()
    running = charger.journal.running
    assert (running.id_tag, running.parent, running.by_card, running.last_wh) == ("CARD", "FLEET", True, 650)
    assert charger.journal.get(journal.KEYS + 2) == 45
    assert charger.journal.message_id(charger.journal.head()) == "6964656e74697479-65537"
    charger.journal.settled(charger.journal.head(), 5)
    assert (charger.journal.head().energy_wh, charger.journal.head().power_w) == (600, 0)


def test_the_journal_of_a_newer_firmware_is_left_as_it_is():
    content, _ = read(log_of(records.VERSION + 1, (records.START, b"who knows")))
    assert content.trouble == "the journal is a newer firmware's, of version 3: it is left as it is"
    assert journal.Journal(content).trouble == content.trouble


# Damage. A log of everything there is, as a list of sealed records.


def whole_log():
    charger = Charger()
    charger.wait()
    charger.session("CARD1", UNIX, 0, 100)
    charger.journal.put(journal.KEYS, 17)
    charger.journal.put(journal.CARDS, card(b"A"))
    charger.journal.settled(charger.journal.head(), 41)
    session = charger.journal.start("CARD2", UNIX + 9000, 100, "FLEET")
    charger.journal.meter(session, UNIX + 9060, 150, 7400, 3)
    charger.wait()
    charger.journal.checkpoint(UNIX + 9100, 200)
    charger.wait()
    return charger.medium.log()[: charger.content.end]


LOG = whole_log()


def split(data):
    """(offset, sealed record) of each record of an undamaged log."""
    at, found = journal_rewriting.HEADER, []
    while at < len(data):
        size = data[at + 1] + 4
        found.append((at, data[at : at + size]))
        at += size
    return found


def meaning(content):
    running = content.running
    return (
        messages(content),
        content.facts,
        content.ids,
        running and (running.session, running.id_tag, running.parent, running.accepted, running.last_wh),
        content.attempts,
    )


@given(st.binary(max_size=1500))
@CONTENTS
def test_no_bytes_at_all_raise(data):
    read(data)
    read(LOG[:16] + data)


def test_a_log_that_was_cut_short_holds_the_records_before_the_cut():
    parts = split(LOG)
    for length in range(journal_rewriting.HEADER, len(LOG) + 1):
        whole = [item for at, item in parts if at + len(item) <= length]
        content, lines = read(LOG[:length])
        expected, _ = read(LOG[:16] + b"".join(whole))
        assert meaning(content) == meaning(expected)
        assert any("set aside" in line for line in lines) == (16 + sum(map(len, whole)) != length)


# Every fifth is one or two of each byte, at all places in it; `make soak` flips them all.
@pytest.mark.parametrize("every", [5, pytest.param(1, marks=pytest.mark.soak)])
def test_a_flipped_bit_costs_its_record_alone(every):
    parts = split(LOG)
    for bit in range(journal_rewriting.HEADER * 8, len(LOG) * 8, every):
        data = bytearray(LOG)
        data[bit // 8] ^= 1 << bit % 8
        content, lines = read(data)
        rest = [item for at, item in parts if not at <= bit // 8 < at + len(item)]
        expected, _ = read(LOG[:16] + b"".join(rest))
        assert meaning(content) == meaning(expected)
        assert any("set aside" in line for line in lines)


def test_a_damaged_header_costs_the_identity_alone():
    data = bytearray(LOG)
    data[6] ^= 1
    content, _ = read(data)
    assert meaning(content) == meaning(read(LOG)[0])
    medium = Medium()
    medium.data[0][: len(data)] = data
    charger = Charger(medium)
    identity = charger.journal.message_id(charger.journal.head())
    charger.wait()
    charger.restart()
    assert charger.journal.message_id(charger.journal.head()) == identity


# Every length of each kind with one of the fillers; with all three in `make soak`.
@pytest.mark.parametrize("every", [3, pytest.param(1, marks=pytest.mark.soak)])
def test_a_record_whose_checksum_is_right_and_whose_content_is_not_is_set_aside(every):
    header = LOG[: journal_rewriting.HEADER]
    for kind in range(16):
        for number, filler in enumerate((b"\0", b"\x7f", b"\xff")):
            for length in range((kind + number) % every, 30, every):
                content, _ = read(header + records.seal(kind, filler * length) + LOG[len(header) :])
                again = journal.Journal(content)
                while (record := again.head()) is not None:
                    again.settled(record, 1)


def test_meter_values_that_have_given_way_stay_away(charger):
    session = charger.journal.start("A", UNIX, 0)
    for place in range(80):
        charger.journal.meter(session, UNIX + place, place)
        charger.wait(3)
    charger.journal.stop(session, UNIX + 80, 80, "Local", "A")
    charger.wait()
    waiting = messages(charger.content)
    assert len(waiting) == 18
    charger.restart()
    assert [records.opened(item).kind for item in messages(charger.content)] == [0] + [1] * 16 + [2]
    assert len(charger.journal) == 18


def test_before_the_starts_are_too_many_to_count_the_journal_takes_a_new_identity():
    charger = Charger()
    charger.wait()
    charger.journal.put(journal.BOOTS, 0xFEFF)
    charger.wait()
    charger.restart()
    before = charger.content.identity
    charger.session()
    for _ in range(3):
        charger.restart()
        charger.wait()
        assert charger.content.identity == before, "a message bears it"
    charger.deliver()
    for boots in (1, 2):
        charger.restart()
        assert charger.content.identity != before
        assert charger.journal.get(journal.BOOTS) == boots
        charger.wait()
    charger.session()
    assert charger.journal.message_id(charger.journal.head()).endswith("-131073")


@given(st.integers(0, len(LOG)), st.binary(max_size=60))
@CONTENTS
def test_what_is_appended_behind_damage_is_found(cut, garbage):
    medium = Medium()
    damaged = LOG[: max(cut, 16)] + garbage
    medium.data[0][: len(damaged)] = damaged
    charger = Charger(medium)
    charger.journal.start("LATER", UNIX, 0)
    charger.wait()
    charger.restart()
    assert charger.journal.running.id_tag == "LATER"


@given(
    st.lists(
        st.sampled_from(
            ("start", "stop", "meter", "checkpoint", "fact", "settle", "fail", "restart", "give way")
        ),
        max_size=60,
    ),
    st.sampled_from(sorted(MEDIA)),
)
@settings(max_examples=60, deadline=None)
def test_a_rewritten_log_says_what_the_old_one_said(steps, kind):
    charger = Charger(MEDIA[kind]())
    charger.wait()
    for place, step in enumerate(steps):
        now = charger.journal
        if step == "start" and now.running is None and now.trouble is None:
            now.start(f"CARD{place}", UNIX + place, place)
        elif step == "stop" and now.running is not None:
            now.stop(now.running.session, UNIX + place, place, "Local", None)
        elif step == "meter" and now.running is not None:
            now.meter(now.running.session, UNIX + place, place)
        elif step == "checkpoint" and now.running is not None:
            now.checkpoint(UNIX + place, place)
        elif step == "fact":
            now.put(SPARE_KEYS + place % 5, place % 7 or None)
        elif step == "settle" and now.head() is not None:
            now.settled(now.head(), place)
        elif step == "fail" and now.head() is not None:
            now.failed(now.head())
        elif step == "give way":
            now.give_way(None)
        elif step == "restart":
            charger.wait()
            charger.restart()
    charger.wait()
    charger.journal.flush()
    before = meaning(charger.content)
    image = journal_rewriting.header(bytes(8), 1) + b"".join(journal_rewriting.log(charger.content))
    assert meaning(read(image)[0]) == before


# The relay.


@pytest.mark.requirement("SPEC 3.7", "A start is kept before energy flows.")
def test_the_relay_does_not_close_before_the_start_is_written(make_rig, monkeypatch):
    rig = make_rig()
    rig.run(11000)
    monkeypatch.setattr(journal.Journal, "written", False)
    rig.plug()
    rig.swipe()
    rig.run(3000)
    assert not rig.relay.closed
    assert rig.statuses()[-1] == "Preparing"
    monkeypatch.undo()
    rig.run(500)
    assert rig.relay.closed
    assert rig.statuses()[-1] == "Charging"


def test_a_transaction_whose_start_cannot_be_written_ends_without_energy(make_rig, monkeypatch):
    rig = make_rig()
    rig.run(11000)
    monkeypatch.setattr(journal.Journal, "written", False)
    rig.plug()
    rig.swipe()
    rig.run(300)
    rig.journal.failing = True
    rig.run(3000)
    assert not rig.relay.closed
    assert rig.calls("StopTransaction")[-1]["reason"] == "Other"


def test_a_transaction_whose_start_is_not_written_before_its_authorisation_lapses_ends(make_rig):
    memory = Charger()
    rig = make_rig(
        journal=memory.journal, OCPP_CONNECTION_TIMEOUT="20", SAFETY_STALE_AUTHORIZATION_SECONDS="20"
    )
    rig.run(11000)
    rig.plug()
    memory.stalls.open, memory.stalls.most_ms = False, 0
    rig.swipe()
    rig.run(19_000)
    assert rig.journal.running is not None
    rig.run(2000)
    assert rig.journal.running is None
    assert not rig.lock.engaged
    memory.stalls.open = True
    rig.run(1000)
    assert rig.calls("StopTransaction")[-1]["reason"] == "Other"
    assert not rig.relay.closed


def test_a_full_journal_is_said_on_the_display_and_in_the_log(make_rig):
    rig = make_rig(OCPP_OFFLINE_AUTHORIZATION="true")
    rig.run(11000)
    rig.link.connected = False
    rig.plug()
    for _ in range(16):
        rig.journal.stop(rig.journal.start("A", UNIX, 0), UNIX, 0, "Local", "A")
    rig.swipe()
    rig.wait(15)
    assert not rig.relay.closed
    assert "Not Ready" in rig.screen.notices
    assert any(FULL in line for line in rig.log_lines)


def test_no_id_is_used_twice_wherever_a_rewriting_is_cut_short():
    charger = Charger(Medium())
    charger.wait()
    for place in range(3):
        charger.session(f"CARD{place}", UNIX + place * 7200, place * 1000, place * 1000 + 900)
    used = {entry[4] for entry in charger.deliver()}
    charger.restart()
    image = journal_rewriting.header(charger.content.identity, 9) + b"".join(
        journal_rewriting.log(charger.content)
    )
    for end in range(len(image) + 1):
        charger.medium.data[0][:] = image[:end] + b"\xff" * (charger.medium.size - end)
        charger.restart()
        charger.session("CARD", UNIX, 5000, 5900)
        assert not used & {charger.journal.message_id(charger.journal.head())}, end


def damaged_stop(charger, settled):
    """A transaction whose stop is damaged, and a later one that runs."""
    session = charger.journal.start("A", UNIX, 0)
    charger.wait(1)
    charger.journal.settled(charger.journal.head(), 7)
    charger.journal.checkpoint(UNIX + 60, 50)
    charger.wait(1)
    at = charger.content.end
    charger.journal.stop(session, UNIX + 100, 100, "Local", "A")
    charger.wait(1)
    if settled:
        charger.journal.settled(charger.journal.head())
        charger.wait(3)
    charger.medium.data[charger.medium.current][at + 5] ^= 0x10
    later = charger.journal.start("B", UNIX + 200, 100)
    charger.wait(1)
    charger.restart()
    return session, later


def test_a_transaction_whose_stop_is_damaged_ends_at_its_last_checkpoint_before_a_later_one():
    charger = Charger(Medium(keeps=False))
    charger.wait()
    session, later = damaged_stop(charger, settled=False)
    stop = charger.journal.head()
    found = (stop.kind, stop.session, stop.unix, stop.energy_wh, stop.reason, stop.id_tag)
    assert found == (records.STOP, session, UNIX + 60, 50, "Other", None)
    assert charger.journal.transaction_id(session) == 7
    assert stop.number < later
    message_id = charger.journal.message_id(stop)
    charger.restart()
    assert charger.journal.message_id(charger.journal.head()) == message_id, "the same message"
    charger.journal.settled(charger.journal.head())
    charger.wait()
    charger.restart()
    assert charger.journal.head().session == later
    assert charger.journal.running.session == later


def test_a_damaged_stop_that_was_settled_is_not_made_up():
    charger = Charger(Medium(keeps=False))
    charger.wait()
    _, later = damaged_stop(charger, settled=True)
    assert [item[0] & 15 for item in charger.content.queue] == [records.START]
    assert charger.journal.running.session == later
