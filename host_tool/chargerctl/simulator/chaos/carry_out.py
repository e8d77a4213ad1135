# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""One episode: its schedule on a board, then calm, then a customer who wants to be served, then the verdict."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from chargerctl.settings import effective_for_simulation
from chargerctl.simulator.chaos.acts import Act
from chargerctl.simulator.chaos.episode import Episode
from chargerctl.simulator.chaos.judgements import judge
from chargerctl.simulator.chaos.judgements.history import History
from chargerctl.simulator.chaos.program import ProgramJudge
from chargerctl.simulator.chaos.relay import RelayJudge
from chargerctl.simulator.chaos.restoring import Restoring
from chargerctl.simulator.chaos.scene import JOURNAL, TORN, Scene
from chargerctl.simulator.chaos.talk import TalkJudge
from chargerctl.simulator.chaos.timestamps import TimeJudge
from chargerctl.simulator.machine.costs import Costs
from chargerctl.simulator.machine.events import Event
from chargerctl.visible import visible

# After calm: back-off of the link (60 s), of BootNotification (60 s), of a transaction message (60 s a transmission).
_RECOVERY_S = 200.0
# After a reset that joining the network brought about, for as long as anything is undelivered.
_NOT_RISKED_S = 1000.0
_DELIVERY_S = 400.0
_CLOSING_S = 4.0
_AGAIN_S = 65.0
# What is gathered for the journal is written by then.
_QUIET_S = 3.0
# The default of [ocpp] authorize_timeout.
_AUTHORIZE_S = 10.0
_CHARGE_S = 3.0
_NEXT_UID = "0BADCAFE"
# With these the central system's books are incomplete, or its times are wrong, through no fault of the charger.
_SPOILS_BOOKS = (
    "central_errors",
    "central_nonsense",
    "central_refuses",
    "central_restart",
    "central_clock",
    "clock_set",
    "time_server",
    "nvm_fails",
)


@dataclass
class Verdict:
    """What came of an episode. `violations`: "12.345 s: what". `worst_ms`: how long the relay took to open and how
    long it was allowed to take, by reason and by what blocked."""

    seed: int
    violations: list[str]
    ingredients: Counter[str] = field(default_factory=Counter)
    unplugs: Counter[str] = field(default_factory=Counter)
    unplugs_charging: Counter[str] = field(default_factory=Counter)
    resets: Counter[str] = field(default_factory=Counter)
    worst_ms: dict[str, tuple[float, float]] = field(default_factory=dict)
    closings: int = 0
    # No closings were left in the hour for the customer after calm.
    next_not_tried: bool = False
    board_s: float = 0.0
    # What it took of a core of this computer: the only thing in which a repetition differs.
    cpu_s: float = field(default=0.0, compare=False)
    trace: list[str] = field(default_factory=list)


def carry_out(episode: Episode, drive: Path, costs: Costs | None = None) -> Verdict:
    """`drive`: a drive of the episode's board; its settings are replaced, and an earlier episode's journal is removed."""
    return _Run(episode, drive, costs or Costs()).run()


class _Run:
    def __init__(self, episode: Episode, drive: Path, costs: Costs) -> None:
        self._episode = episode
        overrides = [f"{name}={value}" for name, value in episode.settings.items()]
        settings = effective_for_simulation(None, {}, overrides, board_id=episode.board_id)
        shutil.rmtree(drive / JOURNAL, ignore_errors=True)
        (drive / "settings.toml").write_text(settings.render(), encoding="utf-8")
        self._scene = Scene(drive, episode.board_id, settings.values, costs, episode.seed, episode.thorough)
        self._verdict = Verdict(episode.seed, [])
        self._values = settings.values
        # With what the meter had counted by then.
        self._events: list[tuple[Event, float]] = []
        self._calm_s = 0.0
        self._back = False
        self._delivered_wh: float | None = None
        self._scene.listen(lambda event: self._events.append((event, self._scene.world.metered_wh)))
        self._relay = RelayJudge(self._scene, self._violated)
        self._talk = TalkJudge(self._scene, self._violated)
        self._program = ProgramJudge(self._scene, self._violated)
        TimeJudge(self._scene, self._violated)

    def run(self) -> Verdict:
        scene, episode = self._scene, self._episode
        for act in episode.acts:
            scene.clock.call_at(round(act.at_s * 1_000_000), partial(self._carry_out, act))
        scene.board.settle_boot_out()
        scene.board.power(True)
        scene.board.run_for(episode.length_s)
        scene.events.emit("chaos", text="calm")
        # By the clock, as everything that happens: only there the program can be asked what it is doing.
        scene.later(0, scene.calm)
        scene.board.run_for(0.01)
        self._calm_s = scene.now_s
        if self._recovered() and self._everything_reported() and self._serve_next_customer():
            if self._everything_reported():
                self._check_books()
            self._check_sale()
        self._talk.check_answers()
        for violation in scene.central.violations:
            self._violated(f"not OCPP 1.6: {violation.reason}: {violation.frame}")
        for at_s, text in judge(History(self._events, self._values)):
            self._verdict.violations.append(f"{at_s:.3f} s: {visible(text)}")
        return self._finish()

    def _carry_out(self, act: Act) -> None:
        if act.ingredient:
            self._verdict.ingredients[act.ingredient] += 1
        self._scene.events.emit("chaos", text=act.text)
        act.do(self._scene)

    # Calm.

    def _recovered(self) -> bool:
        """The charger is back by itself, or, where a fault has latched, by the service button."""
        scene = self._scene
        scene.board.run_for(2)
        self._probe()
        self._press_service()
        self._restoring = Restoring(scene)
        patience_s = _RECOVERY_S + (_NOT_RISKED_S if "watchdog" in self._program.why else 0.0)
        if not scene.wait(self._is_available, patience_s):
            self._violated(
                f"not available {patience_s:.0f} s after calm: online {scene.online}, "
                f"last status {scene.status}, program {scene.board.program}"
            )
            return False
        self._back = True
        logged, sent = self._program.reason_logged, self._talk.info
        if logged not in self._program.why or sent != f"reset: {logged}":
            self._violated(f"reset for {self._program.why}, but logged {logged!r} and reported {sent!r}")
        if scene.world.relay_closed or scene.world.lock_engaged:
            self._violated("relay closed or cable locked without a customer")
        return True

    def _press_service(self) -> None:
        """Until it helps: a press while the board starts goes unseen."""
        scene = self._scene
        if not self._back:
            scene.service(True)
            scene.later(0.5, lambda: scene.service(False))
            scene.later(10, self._press_service)

    def _probe(self) -> None:
        """Call the charger until it answers: by itself it may send nothing for a quarter of an hour."""
        if self._talk.received_s <= self._calm_s:
            self._scene.publish(json.dumps([2, self._scene.next_id("probe"), "GetConfiguration", {}]))
            self._scene.later(5, self._probe)

    def _is_available(self) -> bool:
        scene = self._scene
        return (
            scene.online
            and self._talk.status_sent
            # A connection that died in silence seems fine until it is tried.
            and self._talk.received_s > self._calm_s
            and scene.central.ledger.statuses.get(1, {}).get("errorCode") == "NoError"
            and scene.status == "Available"
            and not self._talk.blocked
            and self._restoring.done
            # It would come in the middle of the next customer's charge.
            and not self._program.restart_due
            and scene.world.reader_free
            and scene.world.led_rgb == (0, 20, 0)
            and scene.world.panel.shows("Available")
        )

    def _everything_reported(self) -> bool:
        """Starts and stops of all sessions, the one of the next customer included."""
        tag = None if self._delivered_wh is None else _NEXT_UID

        def unreported() -> str:
            return self._talk.unreported(self._relay.sessions, tag)

        if not self._scene.wait(lambda: not unreported() and self._is_available(), _DELIVERY_S):
            why = unreported() or f"status {self._scene.status}, online {self._scene.online}"
            self._violated(f"not reported within {_DELIVERY_S:.0f} s: {why}")
            return False
        return True

    def _serve_next_customer(self) -> bool:
        scene, relay = self._scene, self._relay
        if not relay.cycles_left:
            self._verdict.next_not_tried = True
            return False
        scene.wait(lambda: scene.now_s > relay.rested_s + 0.1, 700)
        # A journal that is written anew keeps the program from the reader for longer than a card is held.
        scene.wait(lambda: scene.now_s > scene.stored_s + _QUIET_S, 20)
        if self._verdict.ingredients["nvm_fails"]:
            # A journal that could not be written is tried again after a minute.
            scene.wait(lambda: scene.now_s > self._calm_s + _AGAIN_S, _AGAIN_S)
        # Who has left may be asked about still.
        patience_s = _CLOSING_S + (_AUTHORIZE_S if self._talk.outstanding else 0.0)
        counted_wh = scene.world.metered_wh
        scene.world.meter(11)
        scene.world.plug()
        scene.world.swipe(_NEXT_UID)
        if not scene.wait(lambda: scene.world.relay_closed, patience_s):
            self._violated(f"the next customer is not served; display: {scene.world.panel.lines()}")
            return False
        scene.later(_CHARGE_S, scene.world.unplug)
        scene.board.run_for(_CHARGE_S + 1.0)
        self._delivered_wh = scene.world.metered_wh - counted_wh
        if scene.world.lock_engaged:
            self._violated("cable still locked after the next customer")
        return True

    def _check_books(self) -> None:
        """The central system has each session once, whole, and after the one before."""
        spoilt = any(self._verdict.ingredients[name] for name in _SPOILS_BOOKS)
        torn = any(event["kind"] == "chaos" and event["text"] == TORN for event, _ in self._events)
        for complaint in self._scene.central.ledger.complaints() if not (spoilt or torn) else ():
            self._violated(f"the central system's books: {complaint}")

    def _check_sale(self) -> None:
        """What was sold is what went through the meter."""
        talk = self._talk
        if self._delivered_wh is None or not talk.stops:
            return
        start = list(talk.starts.values())[-1].payload
        stop = list(talk.stops.values())[-1].payload
        sold_wh = stop["meterStop"] - start["meterStart"]
        if start["idTag"] != _NEXT_UID or abs(sold_wh - self._delivered_wh) > 1:
            self._violated(
                f"sold {sold_wh} Wh to {start['idTag']}, delivered {self._delivered_wh} to {_NEXT_UID}"
            )

    # The verdict.

    def _violated(self, text: str) -> None:
        self._verdict.violations.append(f"{self._scene.now_s:.3f} s: {visible(text)}")
        self._scene.events.emit("violation", text=text)

    def _finish(self) -> Verdict:
        verdict, relay = self._verdict, self._relay
        verdict.unplugs = relay.unplugs
        verdict.unplugs_charging = relay.unplugs_charging
        verdict.worst_ms = relay.worst_ms
        verdict.closings = relay.closings
        verdict.resets = self._program.resets
        verdict.board_s = self._scene.now_s
        # No timer of this board may fire during the next episode.
        self._scene.board.power(False)
        if verdict.violations:
            verdict.trace = self._trace()
        return verdict

    def _trace(self) -> list[str]:
        episode = self._episode
        head = [f"seed {episode.seed} on {episode.board_id}, {episode.length_s:.3f} s"]
        head += [f"  {name} = {value}" for name, value in episode.settings.items()]
        return [*head, *(_line(event) for event, _ in self._events)]


def _line(event: Event) -> str:
    rest = " ".join(str(value) for name, value in event.items() if name not in ("t", "kind", "topic"))
    return f"{float(str(event['t'])):10.3f} {event['kind']:9} {visible(rest)}"
