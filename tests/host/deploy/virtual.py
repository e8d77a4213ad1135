# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A tree of a drive, booted on the virtual board: what runs, what the outputs do, what becomes of the tree."""

from __future__ import annotations

from pathlib import Path

from chargerctl.boards.boot_out import BootOut
from chargerctl.boards.catalogue import BOARDS
from chargerctl.deploy.apply import execute
from chargerctl.deploy.checks import checked_plan
from chargerctl.deploy.image import Image
from chargerctl.deploy.opening import snapshot_of
from chargerctl.deploy.plan import Plan
from chargerctl.deploy.records import COMMIT
from chargerctl.deploy.target import make_target
from chargerctl.simulator.machine.board import VirtualBoard
from chargerctl.simulator.network.network import Network
from chargerctl.transport.volume import Volume

from tests.host.transport.faulty import FaultyVolume, Tree

RELAY, LOCK = "GP2", "GP3"  # as the profile of this board has them
BOARD = "raspberry_pi_pico2_w"
FACTORY: Tree = {
    "boot_out.txt": BootOut.assumed(BOARD).render().encode(),
    "code.py": b'print("Hello World!")\n',
    "lib": None,
}
SETTINGS = {
    "CHARGER_WIFI_SSID": "home",
    "CHARGER_WIFI_PASSWORD": "correct horse",
    "CHARGER_SERIAL": "test-1",
    "CHARGER_MQTT_BROKER": "broker.example",
}


def plan(volume: Volume, image: Image, settings: dict[str, str] = SETTINGS, dry_run: bool = False) -> Plan:
    snapshot = snapshot_of(volume, set(image), image, dry_run)
    return checked_plan(snapshot, make_target(image, settings, snapshot, BOARD))


def deploy(volume: Volume, image: Image, settings: dict[str, str] = SETTINGS) -> Plan:
    planned = plan(volume, image, settings)
    execute(volume, planned)
    return planned


def tree_after(tree: Tree, image: Image) -> Tree:
    """What is on a drive with these files after a deploy."""
    volume = FaultyVolume(tree)
    deploy(volume, image)
    return volume.tree()


def live(tree: Tree) -> Tree:
    """What the board looks at: without its own report, and without staging that is not committed."""
    committed = COMMIT in tree
    return {
        path: content
        for path, content in tree.items()
        if path != "boot_out.txt" and (committed or path.split("/")[0] != ".deploy")
    }


class Bench:
    """One board over a folder whose content can be exchanged as a laptop would have left it. outputs: the pins of relay and
    lock in the profile of this board."""

    def __init__(self, folder: Path, board_id: str = BOARD, outputs: tuple[str, str] = (RELAY, LOCK)) -> None:
        self.folder = folder
        self.outputs = outputs
        self.board = VirtualBoard(folder, BOARDS[board_id], seed=1)
        Network(self.board)
        self.console: list[str] = []
        self.ever_high: set[str] = set()
        self.board.events.listen(self._hear)
        for name in outputs:
            if BOARDS[board_id].pull_at_reset:
                self.board.pins[name].external(False)  # the pull-down that such a board needs there
            self.board.pins[name].watch(self._level)

    def put(self, tree: Tree) -> None:
        """Make the folder this tree, touching only what differs."""
        now = self.tree()
        for path in now.keys() - {path for path in tree if tree[path] == now.get(path)}:
            target = self.folder / path
            target.rmdir() if now[path] is None else target.unlink()
            for parent in target.relative_to(self.folder).parents:
                if parent != Path() and not any((self.folder / parent).iterdir()):
                    (self.folder / parent).rmdir()
        for path, content in tree.items():
            target = self.folder / path
            if content is None:
                target.mkdir(parents=True, exist_ok=True)
            elif path not in now or now[path] != content:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)

    def tree(self) -> Tree:
        return {
            path.relative_to(self.folder).as_posix(): path.read_bytes() if path.is_file() else None
            for path in sorted(self.folder.rglob("*"))
            if path.is_file() or not any(path.iterdir())
        }

    def power_cycle(self, tree: Tree) -> None:
        self.board.power(False)
        self.put(tree)
        self.console.clear()
        self.board.power(True)

    def reload(self, tree: Tree) -> None:
        """The laptop has made the drive this, and the board notices."""
        self.put(tree)
        self.console.clear()
        self.board.drive.touched()

    def run(self, seconds: float) -> str:
        """What the console says in the meantime."""
        self.board.run_for(seconds)
        return "\n".join(self.console)

    def run_until(self, text: str, seconds: float, or_text: str = "") -> str:
        """The same until it says `text` (or the other one), `seconds` at most."""
        end = self.board.clock.now_us + seconds * 1_000_000
        while True:
            said = "\n".join(self.console)
            if text in said or (or_text and or_text in said) or self.board.clock.now_us >= end:
                return said
            self.board.run_for(0.25)

    def holds(self) -> bool:
        """Relay and lock driven to their safe level."""
        return all(self.board.pins[name].driven is False for name in self.outputs)

    def _hear(self, event: dict[str, object]) -> None:
        if event["kind"] == "console":
            self.console.append(str(event["text"]))

    def _level(self, pin: object) -> None:
        for name in self.outputs:
            if self.board.pins[name].level:
                self.ever_high.add(name)
