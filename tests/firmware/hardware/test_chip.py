# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""nvm, watchdog and reset."""

import binascii
import struct
import sys
import types
from typing import Any

import pytest
from charger.contactor import STUCK_CLOSED, STUCK_OPEN


def nvm() -> bytearray:
    memory: bytearray = sys.modules["microcontroller"].nvm
    return memory


def test_a_blank_chip_has_counted_nothing(bench: Any) -> None:
    assert bench.module("store").Store().crash_count == 0


def test_a_count_is_kept(bench: Any) -> None:
    store = bench.module("store")
    store.Store().save(7, None)
    assert store.Store().crash_count == 7


def test_damage_counts_as_nothing_and_can_be_written_over(bench: Any) -> None:
    store = bench.module("store")
    store.Store().save(7, None)
    nvm()[5] ^= 1
    assert store.Store().crash_count == 0
    store.Store().save(1, None)
    assert store.Store().crash_count == 1


def test_only_the_first_64_bytes_are_touched(bench: Any) -> None:
    bench.module("store").Store().save(7, None)
    assert nvm()[64:] == b"\xff" * 192


def test_only_a_blank_chip_starts_for_the_first_time(bench: Any) -> None:
    store = bench.module("store")
    assert store.Store().first()
    assert nvm() != b"\xff" * 256
    assert not store.Store().first()
    nvm()[5] ^= 1
    assert not store.Store().first(), "damaged"


def test_a_blank_chip_that_cannot_be_written_may_have_started_before(bench: Any) -> None:
    flash = sys.modules["microcontroller"].nvm = Failing(b"\xff" * 256)  # type: ignore[attr-defined]
    flash.writes = OSError("Generic Failure")
    assert not bench.module("store").Store().first()


def test_an_unchanged_count_is_not_written(bench: Any) -> None:
    bench.module("store").Store().save(0, None)
    assert nvm() == b"\xff" * 256


@pytest.mark.parametrize(
    ("reason", "word"),
    [
        ("POWER_ON", "power"),
        ("BROWNOUT", "brownout"),
        ("SOFTWARE", "software"),
        ("WATCHDOG", "watchdog"),
        ("RESET_PIN", "button"),
        ("UNKNOWN", "unknown"),
    ],
)
def test_a_reset_has_a_reason(bench: Any, reason: str, word: str) -> None:
    sys.modules["microcontroller"].cpu.reset_reason = reason
    assert bench.module("reset").reason() == word


def test_a_reload_is_no_reset(bench: Any) -> None:
    sys.modules["supervisor"].runtime.run_reason = "AUTO_RELOAD"
    assert bench.module("reset").reason() == "reload"


def test_the_watchdog_gets_its_time_before_its_mode(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []

    class Dog:
        def __setattr__(self, name: str, value: Any) -> None:
            seen.append((name, value))

        def feed(self) -> None:
            seen.append("fed")

    module = types.ModuleType("watchdog")
    module.WatchDogMode = types.SimpleNamespace(RESET="RESET")  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "watchdog", module)
    sys.modules["microcontroller"].watchdog = Dog()
    bench.module("watchdog").Watchdog(8).feed()
    assert seen == [("timeout", 8), ("mode", "RESET"), "fed"]


def test_a_latched_fault_is_kept(bench: Any) -> None:
    store = bench.module("store")
    store.Store().save(0, "EmergencyStop")
    assert store.Store().fault == "EmergencyStop"


def test_a_fault_that_every_start_finds_again_is_not_kept(bench: Any) -> None:
    store = bench.module("store")
    store.Store().save(0, "relay_pin: no pin is set")
    assert store.Store().fault is None


def test_a_blocking_call_is_recorded_only_while_a_crash_is_counted(bench: Any) -> None:
    store = bench.module("store")
    here = store.Store()
    here.block()
    assert nvm() == b"\xff" * 256
    here.save(3, "EmergencyStop")
    here.block()
    after = store.Store()
    assert (after.crash_count, after.fault, after.blocking) == (3, "EmergencyStop", True)
    after.unblock()
    again = store.Store()
    assert (again.crash_count, again.fault, again.blocking) == (3, "EmergencyStop", False)


def test_a_stop_that_may_be_missing_outlasts_whatever_else_is_written(bench: Any) -> None:
    store = bench.module("store")
    here = store.Store()
    here.save(0, None, True)
    for change in (
        lambda: here.save(3, "EmergencyStop"),
        here.block,
        here.unblock,
        lambda: here.save(0, None),
    ):
        change()
        assert store.Store().failing
        assert here.failing
    here.save(0, None, False)
    assert not store.Store().failing


class Flash(bytearray):
    writes = 0

    def __setitem__(self, place: Any, new: Any) -> None:
        self.writes += 1
        super().__setitem__(place, new)


def test_a_loop_of_resets_in_a_blocking_call_writes_once(bench: Any) -> None:
    store = bench.module("store")
    flash = sys.modules["microcontroller"].nvm = Flash(b"\xff" * 256)  # type: ignore[attr-defined]
    store.Store().save(1, None)
    for _ in range(1000):
        store.Store().block()
    assert flash.writes == 2
    here = store.Store()
    for _ in range(1000):
        here.unblock()
    assert flash.writes == 3


def test_a_counted_crash_ends_the_blocking_call(bench: Any) -> None:
    store = bench.module("store")
    here = store.Store()
    here.save(1, None)
    here.block()
    here.save(2, None)
    assert not store.Store().blocking


class Failing(bytearray):
    """What an ESP32's nvm raises: espidf.IDFError is an OSError, espidf.MemoryError a MemoryError."""

    reads = writes = None

    def __getitem__(self, place: Any) -> Any:
        if self.reads is not None:
            raise self.reads
        return super().__getitem__(place)

    def __setitem__(self, place: Any, new: Any) -> None:
        if self.writes is not None:
            raise self.writes
        super().__setitem__(place, new)


ERRORS = [OSError("Generic Failure"), RuntimeError("NVS Error"), MemoryError()]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_nvm_that_cannot_be_written_is_said_once_and_keeps_what_is_known(
    bench: Any, error: Exception
) -> None:
    flash = sys.modules["microcontroller"].nvm = Failing(b"\xff" * 256)  # type: ignore[attr-defined]
    here = bench.module("store").Store()
    here.log = bench.say
    here.save(2, "EmergencyStop")
    flash.writes = error
    here.save(0, None)
    here.save(0, None)
    assert (here.crash_count, here.fault) == (2, "EmergencyStop")
    ((tag, text),) = bench.log
    assert tag == "store"
    assert "nvm cannot be written" in text
    flash.writes = None
    here.save(0, None)
    assert here.trouble is None
    assert here.fault is None


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_nvm_that_cannot_be_read_may_have_held_a_fault(bench: Any, error: Exception) -> None:
    flash = sys.modules["microcontroller"].nvm = Failing(b"\xff" * 256)  # type: ignore[attr-defined]
    flash.reads = error
    here = bench.module("store").Store()
    assert here.fault == "NvmFailure"
    assert "nvm cannot be read" in here.trouble


@pytest.mark.parametrize("fault", [STUCK_CLOSED, STUCK_OPEN, "EmergencyStop", "InternalError"])
def test_what_latches_outlasts_a_reset(bench: Any, fault: str) -> None:
    store = bench.module("store")
    store.Store().save(1, fault)
    assert store.Store().fault == fault.split(":")[0]


def test_a_fault_of_a_later_version_is_a_fault(bench: Any) -> None:
    store = bench.module("store")
    store.FAULTS += ("Later",)
    store.Store().save(0, "Later")
    store.FAULTS = store.FAULTS[:-1]
    assert store.Store().fault == "InternalError"


def test_while_nvm_cannot_be_read_a_suspicion_overwrites_nothing(bench: Any) -> None:
    flash = sys.modules["microcontroller"].nvm  # type: ignore[attr-defined]
    store = bench.module("store")
    store.Store().save(0, "EmergencyStop")
    before = bytes(flash)
    failing = sys.modules["microcontroller"].nvm = Failing(before)  # type: ignore[attr-defined]
    failing.reads = ERRORS[0]
    here = store.Store()
    here.save(0, here.fault)
    assert bytes(bytearray(failing)) == before
    failing.reads = None
    assert store.Store().fault == "EmergencyStop"


def test_eight_writes_of_the_store_erase_nothing_and_a_rewriting_makes_its_slots_blank_again(
    bench: Any,
) -> None:
    store = bench.module("store").Store()
    before = bytes(nvm()[64:])
    for count in range(1, 9):
        store.save(count, None)
        assert bytes(nvm()[8 * count :]) == b"\xff" * (64 - 8 * count) + before
    store.save(9, "EmergencyStop")
    assert bytes(nvm()[8:64]) == b"\xff" * 56
    again = bench.module("store").Store()
    assert (again.crash_count, again.fault) == (9, "EmergencyStop")
    nvm()[0:64] = again.renewed()
    again.renew()
    again.save(3, "EmergencyStop")
    assert bench.module("store").Store().crash_count == 3


class Journal(list[str]):
    running: str | None = None


def test_with_no_slot_left_only_a_fault_erases_what_the_journal_owes(bench: Any) -> None:
    store = bench.module("store").Store()
    store.journal = journal = Journal()
    for count in range(1, 9):
        store.save(count, None)
    full = bytes(nvm())
    journal.running = "a transaction"
    store.save(0, None)
    assert bytes(nvm()) == full
    journal.running = None
    journal.append("a stop")
    store.save(3, None)
    assert bytes(nvm()) == full
    assert (store.crash_count, store.trouble) == (3, None)
    store.save(3, "EmergencyStop")
    again = bench.module("store").Store()
    assert (again.crash_count, again.fault) == (3, "EmergencyStop")
    again.journal = Journal()
    for count in range(4, 13):
        again.save(count, "EmergencyStop")
    assert bench.module("store").Store().crash_count == 12


def test_the_first_layout_of_the_store_is_still_read(bench: Any) -> None:
    body = b"CHG\x01" + bytes((4, 1, 1)) + bytes(53)
    nvm()[0:64] = body + struct.pack(">I", binascii.crc32(body))
    store = bench.module("store").Store()
    assert (store.crash_count, store.fault, store.blocking) == (4, "EmergencyStop", True)
    store.save(5, None)
    assert bench.module("store").Store().crash_count == 5


def test_the_journal_of_an_rp2_appends_without_erasing(bench: Any) -> None:
    store = bench.module("store").Store()
    medium = bench.module("nvm_rp2").Medium(store)
    nvm()[64:4096] = b"\xff" * 4032
    medium.replace(b"header")
    medium.append(6, b"a record")
    assert bytes(nvm()[64:80]) == b"headera record\xff\xff"
    with pytest.raises(OSError, match="not erased"):
        medium.append(6, b"another")
    store.save(2, None)
    medium.replace(b"anew")
    assert bytes(nvm()[64:70]) == b"anew\xff\xff"
    assert bytes(nvm()[8:64]) == b"\xff" * 56
    assert bench.module("store").Store().crash_count == 2
