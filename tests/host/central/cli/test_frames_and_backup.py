# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`central frames`, `backup` and `settings`."""

import json
import re
import sqlite3
import time

import pytest
from chargerctl.central.books.store import open_books
from chargerctl.central.messages.frame_text import FrameText
from chargerctl.cli import central_frames


def test_frames_are_a_log_with_the_action_of_each_answer(filled, central, central_json):
    _, out, _ = central("frames", "garage-1")
    lines = [line.split("\t")[1:] for line in out.splitlines()]
    assert lines == [
        ["in", "call", "Heartbeat", "{}"],
        ["out", "result", "Heartbeat", '{"currentTime": "2026-01-01T00:00:00Z"}'],
        ["in", "call", "Authorize", '{"idTag": "\\u001b[31m\\u202ex"}'],
        ["out", "error", "Authorize", "SecurityError: no \\x1b[31m"],
        ["in", "other", "?", "no \\x07 frame"],
    ]
    assert re.match(r"2026-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}\tin", out)
    _, found = central_json("frames", "garage-1", "--last", "4")
    assert found["frames"][0]["action"] == "Heartbeat"  # its call is not among them
    assert found["frames"][3]["frame"] == "no \x07 frame"


def test_a_charger_without_frames_and_one_that_is_not_there(filled, central):
    assert central("frames", "garage-2")[1:] == ("", "no frame of this charger is kept\n")
    assert central("frames", "garage-9")[0] == 2


def test_new_frames_are_followed(filled, central, monkeypatch):
    pauses = []

    def pause(seconds):
        pauses.append(seconds)
        if len(pauses) > 2:
            raise KeyboardInterrupt
        with filled.unit() as unit:
            unit.frame("garage-1", True, f'[2,"c{len(pauses)}","ClearCache",{{}}]', time.time())

    monkeypatch.setattr(central_frames.time, "sleep", pause)
    status, out, _ = central("frames", "garage-1", "--follow", "--last", "1", "--json")
    assert status == 130
    assert [json.loads(line)["action"] for line in out.splitlines()[:3]] == [None, "ClearCache", "ClearCache"]


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "[]",
        "[2]",
        '[2,"1"]',
        "{}",
        "null",
        "[" * 5000,
        '[3,{"a":1},2]',
        '[4,"x","A","B",[1]]',
        "\x00",
        "9" * 6000,
    ],
)
def test_no_frame_is_too_strange_for_the_log(frame):
    kind, _, rest = FrameText().of(frame, False)
    assert kind in ("other", "result", "error", "call")
    assert isinstance(rest, str)


def test_a_backup_is_whole_private_and_opens_as_books(filled, central, central_json, folder):
    status, out, _ = central("backup", "copy.sqlite")
    assert (status, out.startswith("wrote copy.sqlite (")) == (0, True)
    assert (folder / "copy.sqlite").stat().st_mode & 0o777 == 0o600
    copy = open_books(f"sqlite:///{folder / 'copy.sqlite'}", create=False)
    assert copy.charger_account("garage-1")
    copy.close()
    status, found = central_json("backup", "copy.sqlite")
    assert (status, found["error"]) == (2, "copy.sqlite: already exists: name a new file")


def test_a_backup_that_fails_leaves_nothing(store, central, folder, monkeypatch):
    assert central("backup", "no/where.sqlite")[0] == 2
    store.close()
    (folder / "central.sqlite").write_bytes(b"no database, but long enough to look like one" * 100)
    status, _, err = central("backup", "copy.sqlite")
    assert (status, "the books were not copied" in err) == (1, True)
    assert not (folder / "copy.sqlite").exists()
    assert sqlite3.sqlite_version_info > (3, 27)  # VACUUM INTO


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_books_in_postgresql_are_backed_up_by_its_own_program(filled, central):
    status, _, err = central("backup", "copy.sqlite")
    assert (status, "pg_dump" in err) == (2, True)


def test_settings_show_where_each_value_comes_from_and_no_secret(
    folder, chargerctl, chargerctl_json, write, monkeypatch
):
    path = write(
        '[central]\nbroker_password = "Zq1"\nlearn = true\n[central.profile]\nA = 1\n', "central.toml"
    )
    path.chmod(0o600)
    monkeypatch.setenv("CHARGERCTL_CENTRAL_DATABASE", "postgresql://me:Zq2@host/db")
    status, out, err = chargerctl("central", "settings")
    rows = {line.split("\t")[0]: line.split("\t")[1:] for line in out.splitlines()}
    assert (status, "Zq" in out + err) == (0, False)
    assert rows["broker_password"] == ["***", "file central.toml:2:19"]
    assert rows["database"] == ["postgresql://me:***@host/db", "environment $CHARGERCTL_CENTRAL_DATABASE"]
    assert rows["listen"] == ["127.0.0.1:1883", "default"]
    assert rows["profile A"] == ["1", "file"]
    _, found = chargerctl_json("central", "settings")
    assert (found["file"], found["profile"]) == ("central.toml", {"A": "1"})
    write("[central]\nlern = true\n", "central.toml")
    status, found = chargerctl_json("central", "settings")
    assert (status, found["problems"][0]["line"]) == (2, 2)


def test_a_password_in_the_url_is_warned_of_and_not_shown(filled, chargerctl):
    status, out, err = chargerctl("central", "cards", "--database", "postgresql://me:Zq@127.0.0.1:1/nowhere")
    assert status == 1
    assert "a password in --database" in err
    assert "Zq" not in out + err
