# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""One simulation, from the first power-on to its summary: board, world, network and central system put together."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

from chargerctl.boards.boot_out import BOOT_OUT, BootOut
from chargerctl.boards.catalogue import BOARDS, Board
from chargerctl.central.conversation.conversation import Conversation
from chargerctl.central.conversation.violation import Violation
from chargerctl.errors import ChargerctlError, InputError
from chargerctl.settings.table import BY_VARIABLE
from chargerctl.settings.values import Values
from chargerctl.simulator import uplink
from chargerctl.simulator.job import INTERRUPTED, Job
from chargerctl.simulator.machine.board import ProgramEnd, VirtualBoard
from chargerctl.simulator.machine.clock import Clock
from chargerctl.simulator.machine.events import Event, Events
from chargerctl.simulator.network.network import Network
from chargerctl.simulator.peripherals.wiring import World
from chargerctl.simulator.python.settings_toml import getenv
from chargerctl.simulator.script.hand import Hand, require_part
from chargerctl.simulator.script.language import Script, ScriptError
from chargerctl.simulator.script.line import Stage
from chargerctl.simulator.script.record import Record
from chargerctl.simulator.script.runner import Runner
from chargerctl.simulator.script.tally import Bookkeeper, count_frames
from chargerctl.simulator.serial_port import SerialPort

FAILED = 1


def run(
    job: Job, write: Callable[[Event], object], on_hand: Callable[[Hand], object] = lambda hand: None
) -> int:
    """Simulate until the script ends, code.py ends, or an interrupt; return the exit status.

    `write` gets every event, the summary last; `on_hand` what takes lines by hand, just before the power comes on. Raises
    ChargerctlError for a drive that cannot be booted.
    """
    return _Session(job, write).run(on_hand)


class _Session:
    def __init__(self, job: Job, write: Callable[[Event], object]) -> None:
        self._job = job
        clock = Clock(job.realtime)
        self._events = Events(clock)
        self._events.show_to(write)
        self._board = VirtualBoard(job.drive, _board_of(job.drive), clock=clock, events=self._events)
        self._board.on_program_end = self._on_program_end
        self._not_loaded = ""  # the error of a program that cannot be imported
        self._events.listen(self._on_event)
        values = Values.of(_flat_settings(job.drive, self._board.version))
        self._world = World(self._board, values)
        self._network = Network(self._board)
        self._counts = count_frames(self._events)
        self._central = Conversation(on_violation=self._on_violation) if job.local_central else None
        self._ledger = self._central.ledger if self._central else Bookkeeper(self._events).ledger
        self._serve(values)
        # None until the simulation is over; then why it failed, or "" when it did not.
        self._why: str | None = None

    def _serve(self, values: Values) -> None:
        """Put time server, broker and central system where the drive's settings look for them."""
        if values.ntp.server:
            self._network.serve_time(values.ntp.server)
        if not (values.mqtt.broker and values.mqtt.port and values.mqtt.topic_in):
            # The charger reports what is missing, and connects to nothing.
            return
        if self._job.realtime:
            uplink.over_tcp(self._network, values, self._central, self._job.broker, self._note)
        else:
            uplink.in_memory(self._network, values, self._central)

    def _on_violation(self, violation: Violation) -> None:
        self._note(f"not OCPP 1.6: {violation.reason}: {violation.frame}")

    def _note(self, text: str) -> None:
        """A line for the person at the laptop."""
        self._events.emit("note", text=text)

    def run(self, on_hand: Callable[[Hand], object]) -> int:
        script = self._job.script
        if script is not None:
            _check_parts(script, self._world)
            Runner(script, self._board.clock, self._events, self._stage(self._events), self._end).start()
        if self._job.by_hand:
            # No line by hand searches back, so nothing is kept for one.
            on_hand(Hand(self._board.clock, self._events, self._stage(Events(self._board.clock))))
            # Who reads this may give lines.
            self._events.emit(
                "board",
                id=self._board.profile.board_id,
                parts=self._world.fitted,
                central="local" if self._central else "none",
            )
        # Not the first start from this drive, which takes a second longer.
        self._board.settle_boot_out()
        if self._job.realtime:
            self._board.drive.watch()
        interrupted = False
        with ExitStack() as opened:
            port = opened.enter_context(self._serial_port()) if self._job.serial else None
            self._board.power(True)
            if port is not None:
                self._events.emit("serial", path=str(port.path))
            try:
                self._board.run()
            except KeyboardInterrupt:
                interrupted = True
                self._end("stopped before the end of the script" if script else "")
        self._summarise()
        if interrupted and script:
            return INTERRUPTED
        return FAILED if self._why else 0

    def _stage(self, recorded: Events) -> Stage:
        return Stage(self._board, self._world, self._network, self._central, Record(recorded))

    def _serial_port(self) -> SerialPort:
        return SerialPort(self._board.console, self._board.clock, self._events)

    def _end(self, why: str) -> None:
        """The simulation is over; `why` it failed, or "". Only the first reason counts."""
        if self._why is None:
            self._why = why
            self._board.stop()

    def _on_program_end(self, end: ProgramEnd) -> None:
        if self._job.serial:
            return  # whoever ended it over the serial port can start it again there
        last_line = end.traceback.strip().splitlines()[-1] if end.traceback else "it ran to its end"
        self._end(f"{end.name} ended: {last_line}")

    def _on_event(self, event: Event) -> None:
        """A program that cannot be imported does not end on a board: it prints the error, and holds the outputs safe."""
        text = str(event["text"]) if event["kind"] == "console" else ""
        if text.startswith(("ImportError: ", "SyntaxError: ")):
            self._not_loaded = text.strip()
        elif self._not_loaded and text.startswith("hold   "):
            self._end(f"code.py holds: {self._not_loaded}")

    def _summarise(self) -> None:
        reason = {"why": self._why} if self._why else {}
        self._events.emit(
            "summary",
            ok=not self._why,
            sessions=len(self._ledger.transactions),
            energy_wh=self._ledger.energy_wh,
            frames_out=self._counts["out"],
            frames_in=self._counts["in"],
            modelled_cost=asdict(self._board.costs),
            **reason,
        )


def _check_parts(script: Script, world: World) -> None:
    """Before boot: every part that the script touches must be there. Raises ScriptError."""
    problems = []
    for each in script.statements:
        try:
            require_part(each, world)
        except InputError as error:
            problems.append(f"{script.name}:{each.line}: {each.text}: {error}")
    if problems:
        raise ScriptError(problems)


def _board_of(drive: Path) -> Board:
    """The board whose drive this is, by its boot_out.txt, else by its settings. Raises ChargerctlError."""
    try:
        boot = BootOut.read((drive / BOOT_OUT).read_bytes())
    except OSError:
        boot = BootOut()
    name = boot.board_id or _flat_settings(drive, (10, 2, 0)).get("CHARGER_HARDWARE_BOARD", "auto")
    if name == "auto":
        raise ChargerctlError(
            f"unknown board: no board id in {drive / BOOT_OUT}; add CHARGER_HARDWARE_BOARD to the drive's settings.toml, "
            f"one of {', '.join(BOARDS)}"
        )
    if name not in BOARDS:
        raise ChargerctlError(f"cannot simulate board {name!r} of {drive}: choose one of {', '.join(BOARDS)}")
    return BOARDS[name]


def _flat_settings(drive: Path, version: tuple[int, int, int]) -> dict[str, str]:
    """Variable -> text, as the board reads its file; what it cannot read is for the firmware to report."""
    try:
        data = (drive / "settings.toml").read_bytes()
    except OSError:
        return {}
    flat = {}
    for variable in BY_VARIABLE:
        try:
            value = getenv(data, variable, version)
        except ValueError:
            continue
        if value is not None:
            flat[variable] = str(value)
    return flat
