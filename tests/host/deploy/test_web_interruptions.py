# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A deploy of the whole image over the web workflow, cut at every request that changes something, before it and in it, and
with faults of the network and of the board. What is left is booted: old, new, or held safe until it ends by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import pytest
from chargerctl.deploy.image import Image
from chargerctl.deploy.records import COMMIT
from chargerctl.errors import ChargerctlError
from chargerctl.transport.relay import Relay, answer_in
from chargerctl.transport.web.client import WebClient
from chargerctl.transport.web.holding import Hold
from chargerctl.transport.web.visit import visited

from tests.host.deploy.virtual import Bench, deploy, live
from tests.host.transport.faulty import FaultyVolume, Tree
from tests.host.web_board.board import Change, WebBoard

STARTED, HELD = "boot   firmware", "hold   "
LONGEST_HOLD_S = 400
SHARES = pytest.mark.parametrize("every", [48, pytest.param(1, marks=pytest.mark.soak)])


def web_deploy(board: WebBoard, image: Image) -> None:
    client = WebClient(board.access(), board.pause, board.clock)
    with visited(board.access(), False, lambda text: None, client, board.ask) as (volume, restart):
        deploy(volume, image)
        restart()


@dataclass(frozen=True)
class Left:
    """A tree that a cut leaves, and where that was."""

    where: str
    tree: Tree


def lefts(changes: list[Change], every: int) -> Iterator[Left]:
    """Before each of these requests and in it; what the board had not yet written to its flash kept, and lost."""
    commit = next(number for number, change in enumerate(changes) if change.what.endswith(COMMIT))
    for number, change in enumerate(changes):
        # What the board itself starts is a matter of single requests; the others are many of a kind.
        own = number > commit and not any(f"{name}/" in change.what for name in ("charger", "lib"))
        if number % (max(1, every // 6) if own else every):
            continue
        yield Left(f"before {change.what}, kept", change.before_kept)
        yield Left(f"before {change.what}, lost", change.before_lost)
        if change.torn is not None:
            yield Left(f"in {change.what}", change.torn)


class Judge:
    """Boots each distinct tree: the program is started again over what runs, and the power comes back."""

    def __init__(self, bench: Bench, old: Tree, new: Tree, image: Image) -> None:
        self.bench = bench
        self.old, self.new, self.image = live(old), live(new), image
        self.outcomes: dict[str, int] = {}
        self.points = 0
        self._seen: set[object] = set()

    def judge(self, left: Left) -> None:
        for mode, start in (("reload", self.bench.reload), ("power cycle", self.bench.power_cycle)):
            self.points += 1
            key = (mode, frozenset(live(left.tree).items()))
            if key not in self._seen:
                self._seen.add(key)
                start_from_old = not self.bench.board.powered
                if start_from_old:
                    self.bench.power_cycle(self.old)
                    self.bench.run_until(STARTED, 15)
                start(left.tree)
                outcome = f"{mode}: {self._outcome(f'{left.where}, {mode}')}"
                self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1
        volume = FaultyVolume({path: data for path, data in left.tree.items() if path != ".held"})
        deploy(volume, self.image)
        assert live(volume.tree()) == self.new, f"{left.where}: the next deploy does not repair it"

    def _outcome(self, where: str) -> str:
        bench = self.bench
        text = bench.run_until(STARTED, 20, HELD)
        outcome = "runs"
        if HELD in text:
            outcome = "holds"
            assert bench.holds(), f"{where}: relay and lock are not driven\n{text}"
            text = bench.run_until(STARTED, LONGEST_HOLD_S)
        assert "Traceback" not in text, f"{where}: the program failed\n{text}"
        assert bench.board.ended is None, f"{where}: the program ended\n{text}"
        assert STARTED in text, f"{where}: no charger started\n{text}"
        assert not bench.ever_high, f"{where}: {bench.ever_high} went high"
        tree = live(bench.tree())
        assert tree in (self.old, self.new), f"{where}: neither old nor new\n{text}"
        return f"{outcome}, then {'old' if tree == self.old else 'new'}"


@pytest.fixture
def judge(bench: Bench, old_tree: Tree, new_tree: Tree, new_image: Image) -> Judge:
    return Judge(bench, old_tree, new_tree, new_image)


@SHARES
def test_a_deploy_cut_at_any_request_leaves_a_board_that_is_old_new_or_held(
    judge: Judge, old_tree: Tree, new_image: Image, every: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with WebBoard(old_tree) as board:
        board.remembers = True
        web_deploy(board, new_image)
        board.pause(5)
        assert live(board.disk.tree(keep_unsynced=False)) == judge.new
        assert not board.written_while_closed
        assert not board.read_while_closed
        requests, changes = len(board.requests), board.changes
    for left in lefts(changes, every):
        judge.judge(left)
    with capsys.disabled():
        print(f"\n{requests} requests, {len(changes)} of them changes, {judge.points} points: ", end="")
        print(", ".join(f"{number} {outcome}" for outcome, number in sorted(judge.outcomes.items())))
    assert judge.points >= 300 / every
    assert {
        "reload: holds, then old",
        "reload: holds, then new",
        "power cycle: runs, then old",
        "power cycle: runs, then new",
    } <= set(judge.outcomes)


FAULTS = ["drop", "lose", "half", "reset", 409, 413, 500]


def faults(count: int, every: int) -> Iterator[tuple[int, object]]:
    for number in range(1, count + 1):
        for place, fault in enumerate(FAULTS):
            if (number * len(FAULTS) + place) % every == 0:
                yield number, fault


@pytest.mark.parametrize("every", [1499, pytest.param(101, marks=pytest.mark.soak)])
def test_a_deploy_with_a_fault_at_any_request_ends_well_or_says_so_and_the_next_one_mends(
    judge: Judge, old_tree: Tree, new_image: Image, every: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with WebBoard(old_tree) as board:
        web_deploy(board, new_image)
        count = len(board.requests)
    said, runs = 0, 0
    for number, fault in faults(count, every):
        runs += 1
        where = f"{fault} at request {number}"
        with WebBoard(old_tree) as board:
            board.faults = {number: fault}
            try:
                web_deploy(board, new_image)
            except (ChargerctlError, OSError):
                said += 1
            else:
                assert live(board.disk.tree()) == judge.new, f"{where}: not said"
            assert not board.written_while_closed, f"{where}: {board.written_while_closed}"
            judge.judge(Left(where, board.disk.tree()))
            board.faults = {}
            board.pause(400)
            web_deploy(board, new_image)
            assert live(board.disk.tree()) == judge.new, f"{where}: the next deploy does not mend it"
    with capsys.disabled():
        print(f"\n{runs} faults, {said} of them reported")
    assert 0 < said < runs


def test_a_deploy_is_refused_while_the_charger_charges_and_nothing_is_written(
    old_tree: Tree, new_image: Image
) -> None:
    with WebBoard(old_tree) as board:
        board.relay = "relay closed, transaction"
        with pytest.raises(OSError, match="the relay is closed, a transaction is running"):
            web_deploy(board, new_image)
        assert board.changes == []
        assert board.disk.tree() == old_tree


class OnFirmware:
    """The web board's files under the firmware that is on them, on the virtual board, which answers at its console."""

    def __init__(self, board: WebBoard, bench: Bench, tree: Tree) -> None:
        self.board, self.bench = board, bench
        self.bench.power_cycle(tree)
        self.bench.run_until("Available", 30)
        self._seen = tree

    def ask(self, question: bytes, seconds: float) -> Relay | None:
        self.pause(0.1)
        before = len(self.bench.console)
        self.bench.board.console.type(question)
        end = self.bench.board.clock.now_us + seconds * 1_000_000
        answer = None
        while answer is None and self.bench.board.clock.now_us < end:
            self.pause(0.25)
            answer = answer_in("".join(f"{line}\n" for line in self.bench.console[before:]))
        return answer

    def pause(self, seconds: float) -> None:
        tree = self.board.disk.tree()
        if tree != self._seen:
            self._seen = tree
            self.bench.put(tree)
            self.bench.board.drive.touched()
        self.bench.run(seconds)
        self.board.pause(seconds)


def test_the_real_firmware_answers_holds_and_starts_anew(
    bench: Bench, old_tree: Tree, new_tree: Tree, new_image: Image
) -> None:
    with WebBoard(old_tree) as board:
        firmware = OnFirmware(board, bench, old_tree)
        client = WebClient(board.access(), firmware.pause, board.clock)
        with visited(board.access(), False, lambda text: None, client, firmware.ask) as (volume, restart):
            deploy(volume, new_image)
            assert bench.holds()
            assert restart().well
        said = "\n".join(bench.console)
        assert "asked  relay open, no transaction, held open for 5 min" in said
        assert "asked  relay open, no transaction, held open by hold.py" in said
        assert STARTED in said.rpartition("held open by hold.py")[2]
        assert live(bench.tree()) == live(new_tree)
        assert not bench.ever_high
        assert "boot.py output" not in said.partition("asked")[2], "no hard reset was needed"


# The rig finds what is wrong.


def forgets_the_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    """The charger's own promise is enough."""
    monkeypatch.setattr(Hold, "_mark", lambda hold: setattr(hold, "_unguarded", True))


def trusts_the_board_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """The mark is not looked for again."""
    monkeypatch.setattr(Hold, "_check", lambda hold: None)


def test_a_hold_that_a_restart_ends_is_found(
    old_tree: Tree, new_image: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    forgets_the_mark(monkeypatch)
    with WebBoard(old_tree) as board:
        web_deploy(board, new_image)
        assert board.written_while_closed


def test_a_write_after_a_reset_is_found(
    old_tree: Tree, new_image: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusts_the_board_for_ever(monkeypatch)
    with WebBoard(old_tree) as board:
        board.faults = {200: "reset"}
        with suppress(ChargerctlError):  # what it then finds is not what it has written
            web_deploy(board, new_image)
        assert board.written_while_closed
