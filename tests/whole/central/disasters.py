# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Two processes of the central system, or of the bridge in front of one, at a cluster of brokers: one part after another is
killed or suspended while chargers charge. How long until all are answered again, and what the books know at the end."""

from __future__ import annotations

import random
import signal
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial

from chargerctl.central.books.queries.sessions import Filter, meter_values_of, sessions
from chargerctl.central.books.store import open_books

from tests.cluster import Cluster, Node, free_ports, program
from tests.nats import Nats
from tests.postgres import Postgres
from tests.rabbitmq import RabbitMQ
from tests.whole.central.carriers import OverCluster
from tests.whole.central.charge_points import ChargePoint, Playing, compare, compare_meter_values
from tests.whole.central.serve import EVERYBODY, Serve

WORKERS = 2
# A charger has two answers when it was surely answered after the disaster: one may have been on its way.
_ANSWERS = 2
# Nothing takes so long, on however slow a machine: RabbitMQ's node that led takes two minutes, NATS' supervision three.
_BOUND_S = 480
_DOWN_S = 0.0, 3.0
_CALM_S = 0.0, 2.0
_TICK_S = 0.05


class Mosquitto(Cluster):
    """One alone, which knows no accounts."""

    def __init__(self, chargers=()):
        super().__init__("mosquitto-")
        [port] = free_ports(1)
        (self.folder / "mosquitto.conf").write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n")
        self.nodes.append(Node(self.folder, port, [program("mosquitto"), "-c", "mosquitto.conf"]))
        self.nodes[0].start()

    @staticmethod
    def password_of(name):
        return ""


BROKERS = {"mosquitto": Mosquitto, "rabbitmq": RabbitMQ, "nats": partial(Nats, supervised=True)}


class Worker:
    """A process of `central serve`, with what a node of the broker can do, too."""

    def __init__(self, start):
        self._start, self._serve = start, None

    @property
    def is_running(self):
        return self._serve is not None

    def begin(self):
        self._serve = self._start()

    def until_ready(self):
        self._serve.expect("listening")

    def kill(self):
        self._serve.kill()
        self._serve.__exit__()
        self._serve = None

    def suspend(self):
        self._serve.signal(signal.SIGSTOP)

    def resume(self):
        self._serve.signal(signal.SIGCONT)

    def start_if_ended(self):
        """As systemd does (docs/central): one that reaches no broker at its start ends with status 1. The mistakes of ours
        that the one before tells of, and whether it had ended."""
        if self._serve is None or not self._serve.has_ended:
            return [], False
        bugs = self._close()
        self.begin()
        return bugs, True

    def stop(self):
        """(exit status, the events that tell of a mistake of ours)."""
        status = self._serve.stop()
        return status, self._close()

    def _close(self):
        serve, self._serve = self._serve, None
        serve.__exit__()
        return [event for event in serve.events if event.get("what") == "bug"]


@dataclass(frozen=True)
class Disaster:
    """back_s: until every charger was answered again. alone: nothing else was away then."""

    part: str
    how: str
    back_s: float
    alone: bool


@dataclass
class Outcome:
    """wrong: a sentence for each session that is lost, doubled or has another energy, and for each mistake of ours.
    restarted: nodes, by their supervision. started: processes that had ended by themselves."""

    disasters: list[Disaster] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    sessions: int = 0
    charged_wh: int = 0
    booked_wh: int = 0
    sent_again: int = 0
    connections: int = 0
    restarted: int = 0
    started: int = 0

    def back(self, part=0.5):
        """Seconds: of all disasters, half (part) were over sooner."""
        ordered = sorted(each.back_s for each in self.disasters)
        return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


class Endurance:
    """broker: of BROKERS. still_s: how long a part stands still at most. bridges: the two processes are bridges. Use it in a
    with block."""

    def __init__(
        self, folder, broker, chargers, seed, tell=lambda disaster: None, still_s=25.0, bridges=False
    ):
        self._stack = ExitStack()
        self._random = random.Random(f"{broker} {seed}")
        self._tell = tell
        self._still_s = still_s
        serials = [f"GA-{number:02}" for number in range(chargers)]
        self._cluster = self._stack.enter_context(BROKERS[broker](chargers=serials))
        postgres = Postgres(fsync=True)
        self._stack.callback(postgres.close)
        self._database = postgres.database()
        password = folder / "password"
        password.write_text(self._cluster.password_of("central"))
        account = (
            ["--broker-user", "central", "--broker-password-file", password] if broker != "mosquitto" else []
        )
        ports = self._cluster.ports
        process = ["--database", self._database]
        command = "central", "serve"
        if bridges:
            [port] = free_ports(1)
            central = Serve(folder, "--listen", "none", "--ocpp", f"127.0.0.1:{port}", *process, **EVERYBODY)
            self._stack.enter_context(central).expect("listening")
            process = ["--to", f"ws://127.0.0.1:{port}", "--database", postgres.database()]
            command = ("bridge",)
        self._workers = []
        for number in range(WORKERS):
            # Each prefers another node.
            turned = [ports[(number + each) % len(ports)] for each in range(len(ports))]
            options = [*process, "--broker", ",".join(f"127.0.0.1:{port}" for port in turned), *account]
            start = partial(Serve, folder, *options, command=command, **(EVERYBODY if not bridges else {}))
            self._workers.append(Worker(start))
        self._carriers = [
            OverCluster([("127.0.0.1", port) for port in ports], each, self._cluster.password_of(each), seed)
            for each in serials
        ]
        self._points = [
            ChargePoint(each, carrier, seed, pause_s=1.0, boots_again=number % 3 == 0, same_id=number % 4 > 0)
            for number, (each, carrier) in enumerate(zip(serials, self._carriers, strict=True))
        ]
        # Parts that come back in a moment: when, and how.
        self._due = []
        self._restarted = 0
        self._started, self._bugs = 0, []

    def __enter__(self):
        for worker in self._workers:
            worker.begin()
            worker.until_ready()
        return self

    def __exit__(self, *error):
        for worker in self._workers:
            if worker.is_running:
                worker.kill()
        self._stack.close()

    def run(self, kills):
        outcome = Outcome()
        with Playing(self._points, sessions=1_000_000, timeout_s=_BOUND_S) as playing:
            self._until_answered()
            for _ in range(kills):
                outcome.disasters.append(self._disaster())
                self._tell(outcome.disasters[-1])
            self._mend_all()
            for point in self._points:
                point.stopping = True
            playing.finish()
        for number, worker in enumerate(self._workers):
            status, bugs = worker.stop()
            outcome.wrong += [str(each) for each in bugs]
            if status:
                outcome.wrong.append(f"worker {number} has ended with status {status}")
        self._judge(outcome)
        return outcome

    def _disaster(self):
        """One part of those that run; a node only where all others are there."""
        parts = {f"worker {number}": worker for number, worker in enumerate(self._workers)}
        waiting = [part for _, _, part in self._due]
        nodes = self._cluster.nodes
        all_nodes = all(node not in waiting and node.is_ready for node in nodes)
        if all_nodes:
            parts |= {f"node {number}": node for number, node in enumerate(nodes)}
        name = self._random.choice(sorted(each for each, part in parts.items() if part not in waiting))
        part, how = parts[name], self._random.choice(["SIGKILL", "SIGSTOP"])
        began = time.monotonic()
        if how == "SIGKILL":
            part.kill()
            self._due.append((began + self._random.uniform(*_DOWN_S), part.begin, part))
        else:
            part.suspend()
            self._due.append((began + self._random.uniform(1.0, self._still_s), part.resume, part))
        self._until_answered()
        back = time.monotonic() - began
        self._wait(self._random.uniform(*_CALM_S))
        return Disaster(name, how, back, alone=all_nodes and not waiting)

    def _until_answered(self):
        """Every charger."""
        before = [point.answered for point in self._points]
        end = time.monotonic() + _BOUND_S
        while any(
            point.answered < count + _ANSWERS for point, count in zip(self._points, before, strict=True)
        ):
            if time.monotonic() > end:
                silent = [
                    point.identity
                    for point, count in zip(self._points, before, strict=True)
                    if point.answered < count + _ANSWERS
                ]
                logs = "\n".join(node.log[-3000:] for node in self._cluster.nodes)
                raise TimeoutError(f"not answered in {_BOUND_S} s: {', '.join(silent)}\n{logs}")
            self._wait(_TICK_S)

    def _wait(self, seconds):
        end = time.monotonic() + seconds
        while True:
            now = time.monotonic()
            for each in [each for each in self._due if each[0] <= now]:
                self._due.remove(each)
                each[1]()
            self._restarted += self._cluster.mend()
            for worker in self._workers:
                bugs, had_ended = worker.start_if_ended()
                self._bugs += bugs
                self._started += had_ended
            if now >= end:
                return
            time.sleep(min(_TICK_S, end - now))

    def _mend_all(self):
        while self._due:
            self._wait(_TICK_S)
        # Where the last disaster was one of a node.
        for node in self._cluster.nodes:
            node.until_ready()

    def _judge(self, outcome):
        played = [session for point in self._points for session in point.sessions]
        books = open_books(self._database, create=False)
        try:
            with books.reading() as connection:
                rows = list(sessions(connection, Filter()))
                values = {each.number: list(meter_values_of(connection, each.number)) for each in played}
        finally:
            books.close()
        outcome.wrong += compare(self._points, rows)
        for session in played:
            outcome.wrong += compare_meter_values(session, values[session.number])
        outcome.sessions = len(played)
        outcome.charged_wh = sum(session.meter_stop - session.meter_start for session in played)
        outcome.booked_wh = sum(row.energy_wh or 0 for row in rows)
        outcome.sent_again = sum(point.sent_again for point in self._points)
        outcome.connections = sum(carrier.connections for carrier in self._carriers)
        outcome.restarted, outcome.started = self._restarted, self._started
        outcome.wrong += map(str, self._bugs)
