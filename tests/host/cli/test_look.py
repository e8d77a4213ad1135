# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl ls` and `get`: what is on a board, without secrets."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.host.commands import SECRET, contents


@pytest.fixture
def looked_at(folder: Path) -> Path:
    drive = folder / "CIRCUITPY"
    (drive / "lib").mkdir(parents=True)
    (drive / "lib" / "a.mpy").write_bytes(b"C\x06\xff")
    (drive / "boot_out.txt").write_text("Board ID:raspberry_pi_pico2_w\r\n")
    (drive / "settings.toml").write_text(f'CHARGER_WIFI_PASSWORD = "{SECRET}"\nCHARGER_SERIAL = "x"\n')
    return drive


def test_the_files_are_listed_with_their_sizes(chargerctl, chargerctl_json, looked_at: Path) -> None:
    status, out, _ = chargerctl("ls", "--drive", str(looked_at))
    assert status == 0
    assert [line.split() for line in out.splitlines()[:-1]] == [
        ["31", "boot_out.txt"],
        ["3", "lib/a.mpy"],
        [str((looked_at / "settings.toml").stat().st_size), "settings.toml"],
    ]
    assert chargerctl_json("ls", "/lib/", "--drive", str(looked_at))[1]["files"] == {"lib/a.mpy": 3}


def test_a_folder_or_file_that_is_not_there_is_named(chargerctl, looked_at: Path) -> None:
    for command in ("ls", "get"):
        status, _, err = chargerctl(command, "nothing", "--drive", str(looked_at))
        assert (status, f"{looked_at}/nothing: no such f" in err, err.count("\n")) == (2, True, 1)


def test_a_file_is_shown_with_its_secrets_masked(chargerctl, looked_at: Path) -> None:
    where = ("--drive", str(looked_at))
    assert chargerctl("get", "/boot_out.txt", *where)[1] == "Board ID:raspberry_pi_pico2_w\n"
    _, out, _ = chargerctl("get", "settings.toml", *where)
    assert ('CHARGER_SERIAL = "x"' in out, SECRET in out) == (True, False)
    assert SECRET in chargerctl("get", "settings.toml", "--reveal", *where)[1]


def test_what_is_no_text_is_only_copied(chargerctl, looked_at: Path) -> None:
    before = contents(looked_at)
    where = ("--drive", str(looked_at))
    status, _, err = chargerctl("get", "lib/a.mpy", *where)
    assert (status, "is no text: copy it with --to FILE" in err) == (1, True)
    assert chargerctl("get", "lib/a.mpy", "--to", "a.mpy", *where)[0] == 0
    assert Path("a.mpy").read_bytes() == b"C\x06\xff"
    assert Path("a.mpy").stat().st_mode & 0o777 == 0o600
    assert contents(looked_at) == before
