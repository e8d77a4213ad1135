# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl fleet` as it is typed, in virtual time."""

import errno
import json
import os
import pty
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pyte
import pytest
from chargerctl.cli import fleet_files
from chargerctl.errors import ChargerctlError

SMALL = ("fleet", "2", "--arrivals", "12/h", "--stay", "5min", "--duration", "10min", "--seed", "3")


def events(out):
    return [json.loads(line) for line in out.splitlines()]


def test_it_says_its_seed_and_what_was_measured(chargerctl):
    status, out, err = chargerctl(*SMALL)
    assert status == 0
    assert "--seed 3" in err
    assert "time       0:10:00 of 0:10:00" in out
    assert "BootNotification                 2" in out
    assert "lost       0 transactions" in out


def test_without_a_seed_it_draws_one_and_says_it(chargerctl):
    seeds = {
        chargerctl("fleet", "1", "--duration", "20s")[1].split("--seed ")[1].split()[0] for _ in range(3)
    }
    assert len(seeds) > 1


def test_events_are_lines_of_json_and_the_last_is_the_report(chargerctl):
    status, out, err = chargerctl(*SMALL, "--json")
    assert (status, err) == (0, "")
    first, *_, last = events(out)
    assert (first["kind"], first["chargers"], first["seed"]) == ("fleet", 2, 3)
    assert (last["kind"], last["passed"], last["states"]) == ("report", True, last["states"])
    assert sum(last["states"].values()) == 2
    assert last["calls"]["BootNotification"]["answers"] == 2


def test_a_threshold_that_is_true_is_exit_status_1_and_says_which(chargerctl):
    status, out, _ = chargerctl(
        *SMALL, "--fail-if", "p99.BootNotification>1ms,lost>0", "--fail-if", "sessions<1"
    )
    assert status == 1
    assert [line for line in out.splitlines() if line.startswith("FAILED")] == [
        line for line in out.splitlines() if "p99.BootNotification>1ms: it is" in line
    ]


def test_a_threshold_that_is_wrong_ends_it_before_the_start(chargerctl):
    status, out, err = chargerctl(*SMALL, "--fail-if", "p99>5")
    assert (status, out) == (2, "")
    assert "'p99>5', character 6: expected us or ms or s" in err


def test_the_report_is_written_as_json_and_as_a_page(chargerctl, folder):
    status, out, _ = chargerctl(*SMALL, "--json", "--report", "fleet.json", "--report", "fleet.html")
    assert status == 0
    written = json.loads((folder / "fleet.json").read_text())
    assert {**written, "kind": "report"} == events(out)[-1]
    assert "<h1>Fleet of 2 chargers</h1>" in (folder / "fleet.html").read_text()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "N is missing"),
        (("0",), "is not in the range 1<=x<=100000"),
        (("100001",), "is not in the range 1<=x<=100000"),
        (("2", "--broker", "localhost:1883", "--to", "ws://localhost:9"), "--broker or --to"),
        (("2", "--to", "http://localhost:9"), "must begin with ws://"),
        (
            ("2", "--to", "ws://me:Zq@localhost:9"),
            "must have no user and no password in it: passwords go in --passwords FILE",
        ),
        (("2", "--passwords", "wrong.txt"), "--passwords is for --to, which is missing"),
        (("2", "--broker-user", "me"), "--broker-user is for --broker, which is missing"),
        (
            ("2", "--to", "ws://localhost:9", "--ca", "wrong.txt"),
            "--ca is for a --to that begins with wss://",
        ),
        (("2", "--start", "2026-11-26", "--realtime"), "--start is for virtual time"),
        (("2", "--start", "1999-01-01"), "2026-10-01 or later"),
        (("2", "--duration", "8"), "must be a time such as 10s"),
        (("2", "--duration", "0s"), "must be longer than nothing"),
        (("2", "--stay", "0s", "--arrivals", "4/h"), "must be longer than nothing"),
        (("2", "--arrivals", "4"), "must be a rate such as 4/h"),
        (("2", "--prefix", "a b"), "must be 1 to 18 letters"),
        (("2", "--report", "fleet.pdf"), "must end in .json or .html"),
        (("2", "--report", "no/fleet.json"), "there is no such folder"),
        (("2", "--record", "no/fleet.jsonl"), "--record no/fleet.jsonl: there is no such folder"),
        (("2", "--record", "."), "is a directory"),
        (
            ("2", "--record", "a.json", "--report", "./a.json"),
            "--record a.json: --report names this file, too",
        ),
        (("2", "--report", "a.json", "--report", "a.json"), "--report names this file, too"),
        (("2", "--script", "wrong.txt"), "wrong.txt:1"),
        (("2", "--set", "mqtt.port=0"), "mqtt.port"),
        (("--replay", "wrong.txt"), "the first line of a record"),
        (("2", "--replay", "wrong.txt"), "leave out N"),
        (("--replay", "wrong.txt", "--arrivals", "4/h"), "--arrivals does not go with --replay"),
        (("--replay", "wrong.txt", "--stay", "30min"), "--stay does not go with --replay"),
        (("--replay", "wrong.txt", "--prefix", "fleet"), "--prefix does not go with --replay"),
        (("--replay", "wrong.txt", "--seed", "0"), "--seed does not go with --replay"),
        (("--replay", "wrong.txt", "--workers", "0"), "leave out --workers"),
        (("2", "--set", "charger.serial=abc"), "--set charger.serial: each charger has its own"),
        (("2", "--fail-if", "differences>0"), "with --replay only"),
    ],
)
def test_what_is_wrong_is_said_before_the_start(chargerctl, folder, words, says):
    (folder / "wrong.txt").write_text("{}\n")
    status, out, err = chargerctl("fleet", *words)
    assert (status, out) == (2, "")
    assert says in " ".join(err.split())
    assert "Zq" not in err


def test_minutes_have_two_names_and_a_ramp_may_be_none(chargerctl):
    for minutes in ("2min", "2m"):
        _, out, _ = chargerctl("fleet", "1", "--duration", minutes, "--ramp", "0s", "--json")
        assert events(out)[0]["duration_s"] == 120


def test_settings_are_those_of_every_charger(chargerctl):
    _, out, _ = chargerctl(
        "fleet", "2", "--duration", "5min", "--set", "charger.vendor=ACME", "--set", "mqtt.keep_alive=10", "--record",
        "frames.jsonl", "--json",
    )  # fmt: skip
    assert events(out)[-1]["passed"]
    boots = [line for line in Path("frames.jsonl").read_text().splitlines() if "BootNotification" in line]
    assert len(boots) == 2
    assert all("ACME" in line for line in boots)


def test_a_record_is_replayed(chargerctl):
    chargerctl(*SMALL, "--record", "frames.jsonl.gz")
    status, out, _ = chargerctl("fleet", "--replay", "frames.jsonl.gz")
    assert status == 0
    assert "answers as in the record, 0 otherwise,\n           0 missing; 0 of " in out


@pytest.mark.parametrize(("workers", "there"), [("1", "a.jsonl"), ("2", "a.jsonl"), ("2", "a.2-of-2.jsonl")])
def test_a_record_that_exists_is_kept(chargerctl, folder, workers, there):
    (folder / there).write_text("a record")
    status, out, err = chargerctl(*SMALL, "--record", "a.jsonl", "--workers", workers)
    assert (status, out) == (2, "")
    assert f"--record {there}: already exists: name another file, or remove it" in err
    assert [(each.name, each.read_text()) for each in folder.iterdir()] == [(there, "a record")]


@pytest.mark.parametrize(
    "words", [("--to", "wss://localhost:1", "--ca"), ("--broker", "localhost:1", "--broker-ca")]
)
def test_a_file_without_certificates_is_found_before_the_start(chargerctl, folder, words):
    (folder / "ca.pem").write_text("no certificate")
    status, out, err = chargerctl("fleet", "1", *words, "ca.pem", "--record", "a.jsonl")
    assert (status, out) == (1, "")
    assert err.startswith("chargerctl: ca.pem has no certificates in PEM format")
    assert not (folder / "a.jsonl").exists(), "it would be in the way of the next try"


def test_a_report_is_replaced(chargerctl, folder):
    (folder / "a.json").write_text("of before")
    assert chargerctl(*SMALL, "--report", "a.json")[0] == 0
    assert json.loads((folder / "a.json").read_text())["passed"]


def test_a_replay_that_sends_nothing_fails(chargerctl, folder):
    about = {"record": "chargerctl fleet 1", "seed": 1, "prefix": "f", "chargers": 1, "start": 1_795_332_600}
    call = {"t": 5, "s": "f-00001", "d": "out", "f": '[2,"a","Heartbeat",{}]'}
    (folder / "frames.jsonl").write_text(f"{json.dumps(about)}\n{json.dumps(call)}\n")
    status, out, _ = chargerctl("fleet", "--replay", "frames.jsonl")
    assert status == 1
    assert "1 of 1 calls not sent" in out
    assert "FAILED     no call of the record could be sent" in out


def test_a_full_disk_under_the_record_ends_it(chargerctl, folder, monkeypatch):
    if not Path("/dev/full").exists():
        pytest.skip("needs a full device")
    # A device is refused, and what exists: here it stands for a disk.
    monkeypatch.setattr(fleet_files, "refuse_other_than_file", lambda path: None)
    monkeypatch.setattr("chargerctl.cli.fleet_run.refuse_existing", lambda plan: None)
    (folder / "frames.jsonl").symlink_to("/dev/full")
    status, out, _ = chargerctl(*SMALL, "--record", "frames.jsonl")
    assert status == 1
    assert "FAILED     frames.jsonl: the record cannot be written: No space left on device" in out
    assert "took " in out, "what was measured until then is not lost"


def test_a_report_that_cannot_be_written_loses_no_other(chargerctl, folder, monkeypatch):
    def write(path, *_args, **_more):
        if path.name == "full.json":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        path.write_bytes(b"{}")

    monkeypatch.setattr(fleet_files, "write_private", write)
    status, out, err = chargerctl(*SMALL, "--report", "full.json", "--report", "other.json")
    assert status == 1
    assert "chargerctl: full.json: the report cannot be written: No space left on device" in err
    assert "took " in out
    assert (folder / "other.json").exists()
    _, out, _ = chargerctl(*SMALL, "--report", "full.json", "--json")
    assert "full.json: " in events(out)[-1]["unwritten"][0]


def test_parts_of_a_record_that_cannot_be_joined_are_named(chargerctl, folder, monkeypatch):
    def fail(path, parts):
        raise ChargerctlError(f"{path}: no space")

    monkeypatch.setattr("chargerctl.fleet.record.recorded.join", fail)
    status, out, _ = chargerctl(*SMALL, "--record", "r.jsonl", "--workers", "2")
    assert status == 1
    parts = "r.1-of-2.jsonl, r.2-of-2.jsonl"
    said = " ".join(out.split())
    assert f"FAILED r.jsonl: no space; what was recorded is here, for --replay: {parts}" in said
    assert "took " in out
    assert sorted(path.name for path in folder.iterdir()) == parts.split(", ")
    assert chargerctl("fleet", "--replay", "r.1-of-2.jsonl")[0] == 0


def test_a_run_in_which_nobody_was_accepted_has_failed(chargerctl):
    status, out, _ = chargerctl("fleet", "2", "--duration", "10s")
    assert status == 1
    assert "FAILED     no charger was ever accepted: none was connected after 10 s; each takes 13 s" in out
    status, out, _ = chargerctl("fleet", "2", "--duration", "10s", "--fail-if", "accepted>0")
    assert (status, "FAILED" in out) == (0, False)


def test_why_nobody_was_accepted_is_said(chargerctl, folder):
    (folder / "a.script").write_text("broker down\nwait 60\n")
    status, out, _ = chargerctl("fleet", "2", "--script", "a.script")
    assert status == 1
    assert "FAILED     no charger was ever accepted: broker in memory not reachable" in out


def test_several_workers_have_one_record(chargerctl, folder):
    chargerctl(*SMALL, "--record", "one.jsonl")
    status, out, _ = chargerctl(*SMALL, "--record", "two.jsonl", "--workers", "2", "--json")
    assert status == 0
    assert events(out)[-1]["frames_out"] > 0
    assert len((folder / "two.jsonl").read_text().splitlines()) == len(
        (folder / "one.jsonl").read_text().splitlines()
    )
    assert sorted(path.name for path in folder.iterdir()) == ["one.jsonl", "two.jsonl"]


def test_a_script_that_does_not_hold_is_exit_status_1(chargerctl, folder):
    (folder / "a.script").write_text("wait 20\nat charger fleet-00001: expect relay closed within 1\n")
    status, out, _ = chargerctl("fleet", "2", "--script", "a.script")
    assert status == 1
    assert "FAILED     fleet-00001: a.script:2: at charger" in out


def test_without_the_extras_it_says_what_to_install(chargerctl, monkeypatch):
    monkeypatch.setattr(
        "chargerctl.fleet.extra.find_spec", lambda name: None if name == "sqlalchemy" else name
    )
    status, _, err = chargerctl("fleet", "2")
    assert status == 1
    assert "(sqlalchemy): pip install 'chargerctl[sim,central]'" in err


# On Ctrl-C, and on a terminal: in a process of its own.


def process(*words, **more):
    code = "import sys; from chargerctl.cli.main import main; sys.exit(main())"
    return subprocess.Popen([sys.executable, "-c", code, *words], **more)


@pytest.mark.parametrize(
    ("number", "workers"), [(signal.SIGINT, "1"), (signal.SIGTERM, "1"), (signal.SIGINT, "2")]
)
def test_it_can_be_ended_with_its_report(folder, number, workers):
    words = ("fleet", "2", "--realtime", "--json", "--workers", workers)
    pipe = subprocess.PIPE
    with process(
        *words, "--fail-if", "accepted>9", stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe, text=True
    ) as fleet:
        lines = [fleet.stdout.readline(), fleet.stdout.readline()]  # it runs
        fleet.send_signal(number)
        out, err = fleet.communicate(timeout=60)
    assert json.loads(lines[1])["kind"] == "sums"
    last = events(out)[-1]
    assert (last["kind"], last["stopped"], fleet.returncode, err) == ("report", True, 0, "")


def test_on_a_terminal_there_is_a_table_of_eighty_columns(folder):
    master, slave = pty.openpty()
    screen = pyte.Screen(80, 60)
    stream = pyte.ByteStream(screen)
    shown = threading.Event()

    def follow():
        while True:
            try:
                data = os.read(master, 65_536)
            except OSError:
                return
            stream.feed(data)
            if any(line.startswith("StatusNotification ") for line in screen.display):
                shown.set()

    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80", "LINES": "60"}
    words = ("fleet", "20", "--arrivals", "4/h", "--duration", "30d")
    with process(*words, stdin=slave, stdout=slave, stderr=slave, env=environment) as fleet:
        os.close(slave)
        reader = threading.Thread(target=follow, daemon=True)
        reader.start()
        try:
            assert shown.wait(60)
            lines = [line.rstrip() for line in screen.display]
        finally:
            os.write(master, b"\x03")  # it is shown as ^C
            fleet.send_signal(signal.SIGINT)
            fleet.wait(60)
            reader.join(10)
            os.close(master)
    assert any(line.startswith("chargers   ") for line in lines)
    assert any(line.startswith("BootNotification ") for line in lines)
    assert "took " in "".join(screen.display), "the report follows"
    assert [line.startswith("time ") for line in screen.display].count(True) == 1, "the table is gone"
