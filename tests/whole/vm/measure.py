# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Measures memory on the VM, in bytes as a 32-bit board would count them. See docs/memory.md for what each figure means."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.whole.vm.image import (
    CHARGER,
    LIBRARIES,
    compiled,
    deployed,
    library_files,
    load,
    on_board,
    put_mpy,
)
from tests.whole.vm.machine import PLENTY, Heap, Machine, Size

SETTINGS = {
    "CHARGER_WIFI_SSID": "bench",
    "CHARGER_MQTT_BROKER": "192.0.2.1",
    "CHARGER_NTP_SERVER": "192.0.2.1",
    "CHARGER_SERIAL": "t-1",
    # A session a minute: more than a real charger's relay may switch.
    "CHARGER_SAFETY_MAX_CYCLES_PER_HOUR": "60",
    "CHARGER_OCPP_OFFLINE_AUTHORIZATION": "true",
}


@dataclass(frozen=True)
class Charger:
    """What is assembled: by `settings`, with charger/hardware/ or with plain-Python parts in its place."""

    title: str
    settings: dict[str, str]
    hardware: bool = True


_NOTHING = {
    "CHARGER_HARDWARE_DISPLAY": "none",
    "CHARGER_HARDWARE_CARD_READER": "none",
    "CHARGER_HARDWARE_LED_PIN": "none",
    "CHARGER_HARDWARE_METER_PIN": "none",
}
CORE = Charger("network and charger", {}, hardware=False)
BARE = Charger("with relay, lock, cable and console", _NOTHING)
FULL = Charger("with display, card reader, light and meter too", {})

# The goals of docs/memory.md, for the worse side of the table of names, all .mpy.
AFTER_BOOT = {BARE.title: 110_000, FULL.title: 145_000}
WORST_MOMENT = {BARE.title: 118_000, FULL.title: 155_000}

# What a group imports first, it counts for: libraries, then ours. What these need comes before them.
GROUPS = {
    "network libraries": ("adafruit_minimqtt.adafruit_minimqtt", "adafruit_ntp"),
    "charger": ("charger.core",),
    "charger.net": ("charger.net.wifi", "charger.net.mqtt", "charger.net.ntp"),
    "charger.hardware": (
        "charger.hardware.console",
        "charger.hardware.system",
        "charger.hardware.store",
        "charger.hardware.reload",
        "charger.hardware.watchdog",
        "charger.hardware.relay",
        "charger.hardware.lock",
        "charger.hardware.cable",
        "charger.hardware.buttons",
        "charger.hardware.absent",
    ),
    "light and meter": ("charger.hardware.led", "charger.hardware.meter"),
    "display": ("adafruit_displayio_ssd1306", "charger.hardware.i2c", "charger.hardware.display"),
    "card reader": ("charger.hardware.pn532_i2c",),
    "only to start": (
        "charger.limits",
        "charger.ocpp.configuration",
        "charger.hardware.reset",
        "charger.checks",
        "charger.settings",
        "charger.settings_file",
        "charger.hardware.profiles",
        "charger.hardware.pins",
        "charger.hardware.parts",
        "charger.assembly",
        "charger.start",
    ),
}

_BOOT = """
world.stop_after_pass = True
try:
    exec(open("/code.py").read())
except Passed:
    pass
world.stop_after_pass = False

def one_pass(ms):
    world.ms += ms
    the_pass()

def passes(count, ms=5):
    for _ in range(count):
        one_pass(ms)
        peer.serve()

def idle(count, ms):
    gc.disable()
    before = gc.mem_alloc()
    for _ in range(count):
        one_pass(ms)
    after = gc.mem_alloc()
    gc.enable()
    return after - before
"""

_PLUG, _UNPLUG = "world.pins['D9'].level = False", "world.pins['D9'].level = True"
_ESTOP_OPEN, _ESTOP_CLOSED = "world.pins['D10'].level = True", "world.pins['D10'].level = False"
_SERVICE, _NO_SERVICE = "world.pins['D12'].level = False", "world.pins['D12'].level = True"
_CARD, _NO_CARD = "world.card = b'\\x04\\xa2\\xb3\\xc4'", "world.card = None"
# (what happens, passes, ms a pass): plugged in, a card, a minute of charging, the card again, unplugged, a rest.
SESSION = (
    (_PLUG, 120, 5),
    (_CARD, 100, 5),
    (_NO_CARD, 130, 500),
    (_CARD, 100, 5),
    (_NO_CARD, 100, 5),
    (_UNPLUG, 100, 5),
    ("world.pulses += 10", 25, 500),
)


# Five places of 2048 bytes each way, as str objects. Added as a sum: on the real link no broker can fill both at
# once, since what finds no place is left on the wire.
QUEUES = 2 * 5 * (2048 + 16 + 16)


@cache
def sources() -> dict[str, Path]:
    """{dotted module name: its file} of everything that can be put on the board."""
    found = {_dotted(f"charger/{path.relative_to(CHARGER)}"): path for path in CHARGER.rglob("*.py")}
    for library in LIBRARIES:
        found |= {_dotted(path): source for path, source in library_files(library).items()}
    return found


def _dotted(path: str) -> str:
    return path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")


@cache
def needs(name: str) -> tuple[str, ...]:
    """The modules that importing `name` imports, in that order, itself last; not what its functions import later."""
    order: dict[str, None] = {}
    package = name.rpartition(".")[0]
    if package:
        order |= dict.fromkeys(needs(package))
    for node in ast.parse(sources()[name].read_text()).body:
        wanted: list[str] = []
        if isinstance(node, ast.Import):
            wanted = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            wanted = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        for each in wanted:
            if each in sources() and each != name:
                order |= dict.fromkeys(needs(each))
    return (*order, name)


@dataclass(frozen=True)
class Import:
    group: str
    module: str
    size: int  # bytes of live heap, its names' texts included, the table of names not


def imports(charger_mpy: bool) -> tuple[list[Import], Heap, Heap]:
    """What each module adds to the live heap, imported group by group; the heap before and after all of them."""
    found = []
    done: set[str] = set()
    with Machine() as machine:
        load(machine, charger_mpy)
        start = before = machine.heap()
        for group, names in GROUPS.items():
            for module in [each for name in names for each in needs(name)]:
                if module not in done:
                    done.add(module)
                    machine.run(f"import {module}")
                    after = machine.heap()
                    found.append(Import(group, module, after.live - before.live))
                    before = after
    return found, start, before


def boot(
    machine: Machine,
    charger: Charger,
    charger_mpy: bool = True,
    counted: bool = False,
    own_names: bool = False,
    **overrides: str,
) -> Size:
    """Run the board's own code.py until the charger is registered and quiet: what lives then."""
    prepare(machine, charger, charger_mpy, counted=counted, own_names=own_names, **overrides)
    before = machine.heap()
    start(machine, own_names or counted or not charger_mpy)
    run(machine, 400)
    run(machine, 25, 500)
    return machine.heap().since(before)


def prepare(
    machine: Machine,
    charger: Charger,
    charger_mpy: bool,
    libraries_mpy: bool = True,
    counted: bool = False,
    own_names: bool = False,
    **overrides: str,
) -> None:
    load(machine, charger_mpy, libraries_mpy, counted, own_names)
    settings = {**SETTINGS, **charger.settings, **overrides}
    machine.write(
        "/settings.toml", "".join(f'{name} = "{text}"\n' for name, text in settings.items()).encode()
    )
    if not charger.hardware:
        machine.run("import fake_hardware")


def start(machine: Machine, own_names: bool = False) -> None:
    said = machine.run(_BOOT) + machine.run(on_board("the_pass = loop.run_pass", own_names))
    # The firmware logs to its console; what is printed is a crash.
    assert not said, said


def run(machine: Machine, passes: int, ms: int = 5) -> None:
    """So many passes, the broker at work in between; what fifty leave as garbage is collected."""
    for start in range(0, passes, 50):
        machine.run(f"passes({min(50, passes - start)}, {ms})")


def session(machine: Machine) -> None:
    """One whole session of about a minute."""
    for event, passes, ms in SESSION:
        machine.run(event)
        run(machine, passes, ms)


def moving(charger: Charger) -> int:
    """Bytes of what moves, ours alone: live after boot, minus importing the modules that are still there then."""
    with Machine() as machine:
        booted = boot(machine, charger)
        modules = ast.literal_eval(machine.run("print(list(sys.modules))"))
    with Machine() as machine:
        prepare(machine, charger, charger_mpy=True)
        start = machine.heap()
        for name in modules:
            if name in sources():
                machine.run(f"import {name}")
        return booted.now - machine.heap().since(start).now


def session_peak(machine: Machine) -> int:
    """The most heap in use after any pass of a session beyond what lived before it: a pass a call.

    Within a pass nothing is collected, so garbage of that pass counts: the bound of a board that never collects in
    the middle of one.
    """
    before = machine.live()
    peak = 0
    for event, passes, ms in SESSION:
        machine.run(event)
        for _ in range(passes):
            peak = max(peak, machine.number(f"(one_pass({ms}), gc.mem_alloc())[1]"))
            machine.run("peer.serve()\ngc.collect()")
    return peak - before


def undelivered(machine: Machine) -> int:
    """Sixteen whole sessions without a broker: live heap of what waits to be sent."""
    machine.run("peer.gone = True")
    run(machine, 20)
    before = machine.live()
    for _ in range(16):
        session(machine)
    return machine.live() - before


def idle(machine: Machine, passes: int = 1000) -> int:
    """Bytes allocated by idle passes, nothing collected: begun behind a chore, over before the next (see `chores`)."""
    machine.live()
    machine.run("idle(10, 1)")
    # The card reader is configured again every 5 s, the most frequent chore. Ten passes at a time: counting bytes takes
    # far longer than they do.
    for _ in range(120):
        if machine.number("idle(10, 5)"):
            break
    machine.run("idle(40, 5)")
    return machine.number(f"idle({passes}, 2)")


def chores(machine: Machine) -> int:
    """Bytes allocated in a minute without a customer: reader configured again, broker pinged, garbage not collected."""
    run(machine, 200)
    return sum(machine.number("idle(50, 5)") for _ in range(240))


# Sessions until every list has found its size.
SETTLING = 40


def growth(machine: Machine, sessions: int = 100) -> int:
    """Live heap after `sessions` sessions beyond that after SETTLING of them."""
    for _ in range(SETTLING):
        session(machine)
    before = machine.live()
    for _ in range(sessions):
        session(machine)
    return machine.live() - before


# Bytes of pystack on CircuitPython 9, the least that is supported.
PYSTACK = 1536
# (what happens, passes, ms a pass): a central system and a time server that are more than a day off, a connection that
# another client takes over again and again, a broker that refuses it.
_TROUBLES = (
    ("peer.time = '2027-11-22T07:30:00Z'", 100, 50),
    *(("peer.drops = True", 120, 100),) * 4,
    ("peer.connack = 5\npeer.drops = True", 100, 100),
    ("peer.connack = 0\npeer.suback = 0x80", 100, 100),
    ("peer.suback = 1", 100, 200),
    ("peer.ntp += 864000", 650, 100),
    ("peer.ntp -= 864000", 1, 1),
)


def _remote_start(call_id):
    return f"""peer.publish('[2, "{call_id}", "RemoteStartTransaction", {{"idTag": "04A2B3C4", "connectorId": 1}}]')"""


# What is also called while a charge runs.
_KEY = """peer.publish('[2, "m", "ChangeConfiguration", {"key": "StopTxnSampledData", "value": "Power.Active.Import"}]')"""
_OUT = """peer.publish('[2, "n", "ChangeAvailability", {"connectorId": 1, "type": "Inoperative"}]')"""
_BACK = """peer.publish('[2, "o", "ChangeAvailability", {"connectorId": 1, "type": "Operative"}]')"""
_UNLOCK = """peer.publish('[2, "p", "UnlockConnector", {"connectorId": 1}]')"""
# A charge that the central system starts and stops, with a cable that is in already; another, before the relay has
# rested; one that begins when the cable comes, and ends with that being freed.
_REMOTE = (
    _KEY,
    *(_PLUG, _remote_start("h"), _remote_start("i")),
    """peer.publish('[2, "j", "RemoteStopTransaction", {"transactionId": 1}]')""",
    *(_remote_start("k"), _UNPLUG, _remote_start("l"), _PLUG, _KEY, _OUT, _BACK, _UNLOCK, _UNPLUG),
)
# What the central system asks, rightly or not; each is answered before the next.
CALLS = (
    '[2, "a", "RemoteStartTransaction", {"idTag": "04A2B3C4", "connectorId": 1}]',
    '[2, "b", "RemoteStartTransaction", {"idTag": 4}]',
    '[2, "c", "RemoteStopTransaction", {"transactionId": 1}]',
    '[2, "d", "RemoteStopTransaction", {}]',
    '[2, "d", "RemoteStopTransaction", {}]',
    '[2, "e", "ClearCache", {}]',
    '[2, "f", "ClearCache"]',
    '[2, "q", "ChangeAvailability", {"connectorId": 0, "type": "Inoperative"}]',
    '[2, "r", "ChangeAvailability", {"connectorId": 0, "type": "Operative"}]',
    '[3, "nobody asked", {}]',
    "[4, 7]",
    "no JSON",
    "x" * 2049,
)


@dataclass(frozen=True)
class Depth:
    """The deepest chain of calls: bytes of pystack, and its frames from the outside in."""

    size: int
    frames: tuple[tuple[str, int], ...]


def deepest(charger: Charger, delay_ms: int, size: int) -> tuple[Depth, Depth]:
    """Of the start and of the running charger, with answers that take `delay_ms`, on a pystack of `size`.

    Connections refused, lost and made anew, sessions with card and cable, the cable moved at any time, calls of the
    central system, mistakes in both directions, an emergency stop, a restart asked for. A broker that refuses, or gives
    the connection to another; central system and time server that contradict each other.
    """
    with Machine() as machine:
        prepare(
            machine,
            charger,
            charger_mpy=True,
            counted=True,
            CHARGER_HARDWARE_ESTOP_PIN="D10",
            CHARGER_NTP_SYNC_INTERVAL_MINUTES="1",
        )
        machine.run(_ESTOP_CLOSED)
        machine.run(f"peer.delay_ms = {delay_ms}\npystack.size = {size}\nworld.lines = []")
        start(machine, own_names=True)
        starting = _depth(machine)
        for event, passes, ms in _TROUBLES:
            machine.run(event)
            run(machine, passes, ms)
        for event in _REMOTE:
            machine.run(event)
            run(machine, delay_ms // 20 + 75, 20)
        for event in (_PLUG, _CARD, _UNPLUG, _NO_CARD, _PLUG, "pass"):
            machine.run(event)
            run(machine, 75, 20)
        machine.run(_UNPLUG)
        run(machine, 200, 20)
        session(machine)
        for call in CALLS:
            machine.run(f"peer.publish({call!r})")
            run(machine, delay_ms // 20 + 30, 20)
        for event in (
            *(_PLUG, _CARD, "peer.gone = True", _UNPLUG, _NO_CARD, _PLUG, _UNPLUG, "peer.gone = False"),
            *("peer.silent = True", _PLUG, _CARD, _NO_CARD, _UNPLUG, "peer.silent = False"),
            *("peer.stalled = True", "peer.stalled = False", _PLUG, _CARD, _NO_CARD),
            *(_PLUG, _CARD, _NO_CARD, _ESTOP_OPEN, _ESTOP_CLOSED, _SERVICE, _NO_SERVICE, _UNPLUG),
        ):
            machine.run(event)
            run(machine, 100, 100)
        machine.run("""peer.publish('[2, "g", "Reset", {"type": "Soft"}]')""")
        run(machine, delay_ms // 20 + 50, 20)
        said = machine.run("print(''.join(world.lines))")
        # The stand-in of microcontroller.reset() raises.
        assert "failed (" not in said.replace("restart failed (RuntimeError)", ""), said
        return starting, _depth(machine)


def _depth(machine: Machine) -> Depth:
    """What was deepest since this was last asked."""
    size, frames = ast.literal_eval(machine.run("print((pystack.deepest, pystack.chain))\npystack.forget()"))
    return Depth(size, frames)


# What a charger of hours has to spare for visitors: less than any board of docs/memory.md leaves.
SPARE = 16 * 1024


def reconnections(machine: Machine, count: int) -> int:
    """The connection to the broker is lost so many times: what connects is loaded, and unloaded. In how many passes the
    heap had to grow."""
    grown = 0
    for _ in range(count):
        for event, passes, ms in (
            ("peer.gone = True", 2, 100),
            ("peer.gone = False", 16, 100),
            ("", 12, 1000),
        ):
            machine.run(event)
            for _ in range(passes // 2):
                grown += machine.run_watched(f"passes(2, {ms})")
    return grown


# What a central system asks now and then, each answered by a visitor.
RARE = (
    ("GetConfiguration", '{"key": ["HeartbeatInterval", "MeterValueSampleInterval"]}'),
    ("ChangeConfiguration", '{"key": "MeterValueSampleInterval", "value": "60"}'),
    ("DataTransfer", '{"vendorId": "nobody"}'),
    ("TriggerMessage", '{"requestedMessage": "StatusNotification"}'),
    ("UnlockConnector", '{"connectorId": 1}'),
    ("ChangeAvailability", '{"connectorId": 0, "type": "Inoperative"}'),
    ("ChangeAvailability", '{"connectorId": 0, "type": "Operative"}'),
    ("ClearCache", "{}"),
)


def rare_calls(machine: Machine, count: int) -> tuple[int, int]:
    """So many of RARE in turn. (calls that got a result, passes in which the heap had to grow)."""
    grown, before = 0, machine.number("peer.results")
    for number in range(count):
        action, payload = RARE[number % len(RARE)]
        machine.run(f"""peer.publish('[2, "rare{number}", "{action}", {payload}]')""")
        for _ in range(10):
            grown += machine.run_watched("passes(2, 100)")
    return machine.number("peer.results") - before, grown


@dataclass(frozen=True)
class Visits:
    """What many visits left: how many calls got a result, bytes that live beyond before, the largest free pieces, in how
    many passes the heap had to grow, and the picture of the heap."""

    answered: int
    growth: int
    free_before: int
    free_after: int
    grown: int
    picture: str


def visits(machine: Machine, hours: int = 2, count: int = 208) -> Visits:
    """Half of them a lost connection, half a rare call, after `hours` of sessions on a booted charger, with SPARE bytes of
    heap left in one piece."""
    for _ in range(60 * hours):
        session(machine)
    # Until every list has found its size.
    reconnections(machine, 20)
    rare_calls(machine, 2 * len(RARE))
    machine.settle(SPARE)
    before, free_before = machine.live(), machine.largest_free()
    grown = answered = 0
    for _ in range(count // (2 * len(RARE))):
        grown += reconnections(machine, len(RARE))
        results, more = rare_calls(machine, len(RARE))
        answered, grown = answered + results, grown + more
    growth = machine.live() - before
    return Visits(answered, growth, free_before, machine.largest_free(), grown, machine.picture())


def bytecode_sizes() -> dict[str, int]:
    """Bytes of each module of the charger as .mpy."""
    return {
        path.removesuffix(".mpy").replace("/", ".").removesuffix(".__init__"): len(content)
        for path, content in deployed().image.items()
        if path.startswith("charger/")
    }


def smallest_heap(work: Callable[[Machine], Heap]) -> int:
    """The least heap in which `work` runs without asking for more, beyond what lived when it began (its result).

    A running call collects nothing here, so a board, which does, needs at most this. To 1 KB.
    """
    low, high = 32, PLENTY // 1024
    while high - low > 1:
        middle = (low + high) // 2
        with Machine(middle * 1024) as machine:
            start = work(machine)
            low, high = (middle, high) if machine.grown else (low, middle)
    return high * 1024 - start.live


def compile_peak(name: str) -> int:
    """Heap that importing one module from .py needs at most, its own needs already imported."""

    def work(machine: Machine) -> Heap:
        load(machine, charger_mpy=False)
        for each in needs(name)[:-1]:
            machine.run(f"import {each}")
        start = machine.heap()
        machine.run(f"import {name}")
        return start

    return smallest_heap(work)


def built(
    machine: Machine,
    charger: Charger,
    charger_mpy: bool = True,
    libraries_mpy: bool = True,
    own_names: bool = False,
) -> Size:
    """What lives at the worst moment of the start: everything made, what made it not unloaded yet."""
    prepare(machine, charger, charger_mpy, libraries_mpy, own_names=own_names)
    own_names = own_names or not charger_mpy
    source = (CHARGER / "start.py").read_text()
    assert "system.forget(" in source
    source = source.replace("system.forget(", "(")
    put_mpy(machine, "/charger/start.mpy", compiled("charger/start.py", on_board(source, own_names)))
    before = machine.heap()
    start(machine, own_names)
    return machine.heap().since(before)


def worst_moment(charger: Charger, enough: int = 0) -> Size:
    """`built`, all .mpy, on the one of four heaps where it is least, or the first on which it is not more than `enough`.

    The collector takes any word that looks like an address for one, and so may keep a whole module that is garbage, up to
    4 KB. Which words do is luck: what was there before, in a list of another length, changes it.
    """
    found = []
    for length in (0, 40, 90, 200):
        with Machine() as machine:
            machine.run(f"before = [None] * {length}")
            found.append(built(machine, charger))
        if found[-1].worse <= enough:
            break
    return min(found, key=lambda size: size.worse)
