# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl simulate --web` as a command: where its page is, what it says, how both end."""

import io
import json
import socket
import subprocess
import sys

import httpx2 as httpx
import pytest
from chargerctl.deploy import write_drive
from chargerctl.simulator.job import Job
from chargerctl.simulator.terminal import Terminal, terminal

from tests.command import chargerctl
from tests.simulated_page import PATIENCE_S, simulated_page

__all__ = ["chargerctl"]


@pytest.fixture
def client():
    with httpx.Client(timeout=PATIENCE_S) as made:
        yield made


def sent_by(response):
    """The events of a live stream: name, data."""
    name = ""
    for line in response.iter_lines():
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))


def act(client, page, line):
    answer = client.post(f"{page.url}line", data={"line": line})
    return answer.status_code, answer.json()


def test_lines_act_viewers_see_it_and_ctrl_c_ends_both(tmp_path, client):
    with simulated_page(tmp_path) as page:
        page.until("board", central="local")
        page.until("power", on=True)
        assert act(client, page, "plug") == (200, {"said": "plug: done"})
        assert page.until("hand")["text"] == "plug"
        page.until("cable", plugged=True)
        status, answer = act(client, page, "plog")
        assert (status, "did you mean plug?" in answer["error"]) == (400, True)
        assert "did you mean plug?" in page.until("hand")["error"]
        with client.stream("GET", f"{page.url}stream") as response:
            sent = sent_by(response)
            name, present = next(sent)
            assert name == "present"
            (cable,) = (state for state in present["states"] if state["kind"] == "cable")
            assert cable["plugged"]
            page.interrupt()
            *_, last = (event for _, events in sent for event in events)
        assert (last["kind"], last["status"]) == ("ended", 0)
        assert "\nplug\n" in last["script"]
        status, stderr = page.wait()
        assert (status, len(stderr.splitlines())) == (0, 1), stderr
        assert page.seen[-1]["kind"] == "summary"
    assert list(tmp_path.iterdir()) == [], "the drive that was made for it is gone"


def test_a_line_that_fails_while_it_acts_is_answered_with_the_reason_and_not_recorded(tmp_path, client):
    drive = tmp_path / "drive"
    write_drive(drive, {"CHARGER_SERIAL": "drive-7"}, "adafruit_feather_esp32s2")
    (drive / "code.py").write_text("import time\nwhile True:\n    time.sleep(0.1)\n")
    with simulated_page(tmp_path, "--drive", str(drive), "--trust") as page:
        page.until("power", on=True)
        (drive / "settings.toml").unlink()
        (drive / "settings.toml").mkdir()
        status, answer = act(client, page, "set mqtt.keep_alive=30")
        assert (status, "settings.toml" in answer["error"]) == (400, True), answer
        assert "keep_alive" not in client.get(f"{page.url}recorded.script").text


def test_a_program_that_ends_ends_the_page_with_the_reason(tmp_path, client):
    drive = tmp_path / "drive"
    write_drive(drive, {"CHARGER_SERIAL": "drive-7"}, "adafruit_feather_esp32s2")
    (drive / "code.py").write_text("import time\ntime.sleep(3)\n1 // 0\n")
    with simulated_page(tmp_path, "--drive", str(drive), "--trust") as page:
        with client.stream("GET", f"{page.url}stream") as response:
            *_, last = (event for name, events in sent_by(response) if name == "events" for event in events)
        assert (last["kind"], last["status"]) == ("ended", 1)
        assert "code.py ended: ZeroDivisionError" in last["why"]
        assert page.wait()[0] == 1


def test_with_somebody_elses_central_system_its_lines_are_refused_with_the_reason(tmp_path, client):
    with simulated_page(tmp_path, "--broker", "127.0.0.1:9", "--central", "none") as page:
        page.until("board", central="none")
        status, answer = act(client, page, "csms call Reset")
        assert status == 400
        assert "needs chargerctl's own central system" in answer["error"]
        assert act(client, page, "plug")[0] == 200


def test_a_script_runs_in_real_time_beside_it_and_its_end_ends_both(tmp_path, client):
    (tmp_path / "a.script").write_text("plug\nwait 1\nexpect relay closed within 1\n")
    with simulated_page(tmp_path, "--script", "a.script") as page:
        with client.stream("GET", f"{page.url}stream") as response:
            *_, last = (event for name, events in sent_by(response) if name == "events" for event in events)
        assert (last["status"], "the relay is open" in last["why"]) == (1, True)
        assert page.wait()[0] == 1


def test_in_a_pipe_the_address_comes_before_the_console(chargerctl, tmp_path):
    (tmp_path / "a.script").write_text("wait 0.1\n")
    outcome = chargerctl("simulate", "--web", "127.0.0.1:0", "--script", "a.script")
    assert outcome.status == 0, outcome.stderr
    first, second = outcome.stdout.splitlines()[:2]
    assert first.startswith("with ")
    assert second.startswith("page: http://127.0.0.1:")


@pytest.mark.parametrize("address", ["0.0.0.0", "192.168.1.10:8081", "[::]:8081", "example.com:80"])
def test_beyond_loopback_it_is_refused_with_the_reason(chargerctl, address):
    outcome = chargerctl("simulate", "--web", address)
    assert outcome.status == 2
    assert "no login" in outcome.stderr


@pytest.mark.parametrize("address", ["8081", "http://127.0.0.1:8081", "127.0.0.1:99999", "a b"])
def test_what_is_no_address_is_refused(chargerctl, address):
    outcome = chargerctl("simulate", "--web", address)
    assert outcome.status == 2
    assert "Traceback" not in outcome.stderr


def test_a_port_that_is_taken_is_one_line(chargerctl):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        outcome = chargerctl("simulate", "--web", f"127.0.0.1:{port}")
    assert outcome.status == 1
    assert f"cannot listen on 127.0.0.1:{port}" in outcome.stderr.splitlines()[-1]


def test_chaos_has_no_page(chargerctl):
    assert chargerctl("simulate", "--chaos", "--web").status == 2


def test_lines_by_hand_are_shown_between_those_of_the_console():
    out = io.StringIO()
    screen = Terminal(terminal(out))
    screen.show({"t": 1.5, "kind": "hand", "line": 1, "text": "plug"})
    screen.show({"t": 2.5, "kind": "hand", "line": 2, "text": "a\x1b[31m", "error": "expected plug"})
    screen.show({"t": 2.5, "kind": "hand", "line": 3, "text": "", "error": "it is empty"})
    assert out.getvalue().splitlines() == [
        ">     1.500  plug",
        ">     2.500  a\\x1b[31m: expected plug",
        ">     2.500  it is empty",
    ]


# The process of a simulation, which reads lines on its stdin.
CHILD = "import os; from chargerctl.simulator.child import main; os._exit(main())"


def test_whatever_comes_on_stdin_the_simulation_goes_on_and_ends_with_it(tmp_path):
    drive = tmp_path / "drive"
    write_drive(drive, {"CHARGER_SERIAL": "drive-7"}, "adafruit_feather_esp32s2")
    job = Job(drive, realtime=True, local_central=False, broker="127.0.0.1:9", by_hand=True)
    with subprocess.Popen(
        [sys.executable, "-c", CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        child.stdin.write(job.to_json().encode() + b"\n")
        child.stdin.flush()
        events = map(json.loads, child.stdout)
        assert next(event for event in events if event["kind"] == "power")["on"]
        for wrong in (b"\xff\xfe", b"\0", b"x" * 1_000_000, b"", b"csms call Reset", b"[" * 4000):
            child.stdin.write(wrong + b"\n")
            child.stdin.flush()
            event = next(event for event in events if event["kind"] == "hand")
            assert event["error"]
            assert len(event["text"]) <= 200
        child.stdin.write(b"plug\nunplug\n" * 50_000 + b'set charger.vendor="flooded"\n')
        child.stdin.flush()
        assert any(
            "some were left out" in event.get("error", "") for event in events if event["kind"] == "hand"
        )
        child.stdin.write(b"plug")  # no line yet
        child.stdin.close()
        assert child.wait(PATIENCE_S) == 1
