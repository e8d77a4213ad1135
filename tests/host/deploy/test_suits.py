# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A charger that its board cannot run is refused before anything is written; unknown memory is a warning."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from chargerctl.boards.boot_out import BOOT_OUT
from chargerctl.boards.catalogue import ASSUMED, BOARDS, version_text
from chargerctl.cli.main import main
from chargerctl.deploy.image import firmware_image
from chargerctl.deploy.memory import Parts, is_mostly_mpy, judge, need_of

from tests.conftest import FreshLaptop

DOCS = Path(__file__).parents[3] / "docs"
NO_PSRAM, SENSE = BOARDS["adafruit_feather_esp32s3_nopsram"], BOARDS["seeed_xiao_esp32_s3_sense"]
FULL, BARE = Parts(display=True, reader=True), Parts(display=False, reader=False)
CONFIG = '[wifi]\nssid = "home"\n[charger]\nserial = "t-1"\n[mqtt]\nbroker = "10.0.0.2"\n'

Tool = Callable[..., tuple[int, str, str]]


def with_free(count: int | None):
    return replace(NO_PSRAM, free_heap=count)


def test_a_board_with_psram_takes_any_charger_without_a_word() -> None:
    assert judge(SENSE, FULL, compiled=False) is None


@pytest.mark.parametrize("compiled", [True, False], ids=["compiled", "source"])
def test_too_little_memory_is_refused_and_doubtful_memory_is_a_warning(compiled: bool) -> None:
    need = need_of(FULL, compiled)
    below = judge(with_free(need.least - 1), FULL, compiled)
    tight = judge(with_free(need.least), FULL, compiled)
    room = judge(with_free(need.safe), FULL, compiled)
    unknown = judge(with_free(None), FULL, compiled)
    assert below.refused
    assert not tight.refused
    assert tight.text.startswith("memory is tight: ")
    assert not room.refused
    assert "Wi-Fi uses a part (how much is not published)" in room.text
    assert not unknown.refused
    assert "is not published: the console reports it at start" in unknown.text


def test_a_full_charger_from_source_is_too_much_for_194_kb_without_a_warning() -> None:
    """It ended in a MemoryError at net/mqtt.py there, on CircuitPython's own virtual machine."""
    verdict = judge(with_free(194_000), FULL, compiled=False)
    assert verdict.refused or "memory is tight" in verdict.text


def test_the_refusal_names_the_least_that_helps() -> None:
    assert "deploy compiled files" in judge(with_free(need_of(FULL, True).least), FULL, False).text
    without_display = need_of(Parts(display=False, reader=True), True).least
    assert judge(with_free(without_display), FULL, True).text.endswith(': set [hardware] display = "none"')
    assert judge(with_free(need_of(BARE, True).least), FULL, True).text.endswith(
        ': set [hardware] display = "none" and set [hardware] card_reader = "none"'
    )
    assert judge(with_free(1000), FULL, True).text.endswith("no charger fits on it: use a board with PSRAM")


def test_a_module_edited_as_text_does_not_make_it_a_deploy_of_text() -> None:
    source = firmware_image()
    assert not is_mostly_mpy(source)
    compiled = {path.removesuffix(".py") + ".mpy": b"" for path in source if path.startswith("charger/")}
    assert is_mostly_mpy(compiled | {"code.py": b"", "charger/connector.py": b""})


@pytest.fixture
def tool(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    fresh_laptop: FreshLaptop,
) -> Tool:
    """chargerctl in a folder with a settings.toml, and without a network."""
    fresh_laptop(tmp_path / "config")
    monkeypatch.setenv("CHARGERCTL_DEPLOY_LIBS", "wheels")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "settings.toml").write_text(CONFIG)

    def run(*arguments: str) -> tuple[int, str, str]:
        status = main(list(arguments))
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


def factory(folder: Path, board_id: str, version: str, settings: str = "") -> Path:
    """The drive of a new board."""
    folder.mkdir()
    (folder / BOOT_OUT).write_text(
        f"Adafruit CircuitPython {version} on 2026-01-15; {board_id}\r\nBoard ID:{board_id}\r\n"
    )
    if settings:
        (folder / "settings.toml").write_text(settings)
    return folder


def deploy(tool: Tool, drive: Path, *arguments: str) -> tuple[int, str, str]:
    return tool("deploy", "--drive", str(drive), "--yes", *arguments)


def test_a_charger_too_large_is_refused_in_a_line_before_anything_is_written(
    tool: Tool, tmp_path: Path
) -> None:
    drive = factory(tmp_path / "D", "raspberry_pi_pico_w", "10.2.1")
    status, _, err = deploy(tool, drive)
    assert status == 1
    assert len(err.splitlines()) == 1
    assert "raspberry_pi_pico_w has 126,112" in err
    assert "use --force to deploy anyway" in err
    assert [path.name for path in drive.iterdir()] == [BOOT_OUT]


def test_force_deploys_it_all_the_same_and_says_what_is_wrong(tool: Tool, tmp_path: Path) -> None:
    drive = factory(tmp_path / "D", "raspberry_pi_pico_w", "10.2.1")
    status, out, _ = deploy(tool, drive, "--force")
    assert status == 0
    assert "warning: this charger needs" in out
    assert (drive / "code.py").is_file()


def test_what_is_typed_on_the_drive_counts(tool: Tool, tmp_path: Path) -> None:
    typed = 'CHARGER_HARDWARE_DISPLAY = "none"\nCHARGER_HARDWARE_CARD_READER = "none"\n'
    drive = factory(tmp_path / "D", NO_PSRAM.board_id, "10.2.1", typed)
    status, out, err = deploy(tool, drive, "--dry-run")
    assert f"{need_of(BARE, True).least:,} bytes" in out + err
    assert status == 0


@pytest.mark.parametrize(
    ("version", "role", "refused", "said"),
    [
        (
            "10.0.3",
            "estop_pin",
            True,
            "has the pin MTMS from CircuitPython 10.1.0 on, but runs 10.0.3",
        ),
        ("9.2.8", "meter_pin", False, "but runs 9.2.8: the part will not be used"),
        ("10.1.3", "estop_pin", False, ""),
    ],
)
def test_a_pin_that_came_later_is_refused_where_it_is_vital_and_a_warning_where_it_is_not(
    tool: Tool, tmp_path: Path, version: str, role: str, refused: bool, said: str
) -> None:
    drive = factory(tmp_path / "D", SENSE.board_id, version)
    # The meter is on the same pad by its other name.
    free = ["--set", "hardware.meter_pin=none"] if role != "meter_pin" else []
    status, out, err = deploy(tool, drive, "--dry-run", "--set", f"hardware.{role}=MTMS", *free)
    assert (status == 1) is refused
    assert said in (err if refused else out)
    assert bool(said) is ("MTMS" in out + err)


def test_a_board_is_refused_under_a_circuitpython_that_it_was_not_built_for(
    tool: Tool, tmp_path: Path
) -> None:
    drive = factory(tmp_path / "D", "raspberry_pi_pico2_w", "9.2.0")
    status, _, err = deploy(tool, drive)
    assert status == 1
    assert "the firmware needs 9.2.1 or newer on raspberry_pi_pico2_w" in err


def documented() -> dict[str, tuple[str, str]]:
    """{board: (answer to a bare charger, to a full one)} of the table in docs/memory.md."""
    text = (DOCS / "memory.md").read_text(encoding="utf-8").partition("## Which boards")[2]
    rows = [
        [cell.strip() for cell in line.split("|")] for line in text.splitlines() if line.startswith("| `")
    ]
    answers = [(row[1], (row[3].partition(":")[0], row[4].partition(":")[0])) for row in rows]
    return {board_id: answer for cell, answer in answers for board_id in re.findall(r"`(\w+)`", cell)}


def test_each_board_is_in_the_table_of_the_docs() -> None:
    assert set(documented()) == set(BOARDS)


@pytest.mark.parametrize("full", [False, True], ids=["bare", "full"])
@pytest.mark.parametrize("board_id", BOARDS)
def test_a_deploy_answers_as_the_table_of_the_docs_says(
    tool: Tool, tmp_path: Path, board_id: str, full: bool
) -> None:
    bare = ("--set", "hardware.display=none", "--set", "hardware.card_reader=none")
    drive = factory(tmp_path / "D", board_id, version_text(ASSUMED))
    status, out, _ = deploy(tool, drive, "--dry-run", *(() if full else bare))
    warned = "warning: this charger needs " in out or "warning: memory is tight" in out
    answer = "refused" if status else "warned" if warned else "accepted"
    assert answer == documented()[board_id][full]


def test_config_check_says_what_a_deploy_would_refuse(tool: Tool) -> None:
    pico = ["--set", "hardware.board=raspberry_pi_pico_w"]
    status, out, _ = tool("config", "check", *pico)
    assert status == 2
    assert out.startswith("--set hardware.board: this charger needs ")
    assert tool("config", "check", "--board", "raspberry_pi_pico_w")[0] == 2
    assert tool("config", "check")[:2] == (0, "")


def test_config_check_warns_of_a_pin_that_not_every_circuitpython_has(tool: Tool) -> None:
    meter = ["--set", "hardware.meter_pin=MTMS"]
    status, out, _ = tool("config", "check", "--board", SENSE.board_id, *meter)
    assert status == 0
    assert out == (
        "--set hardware.meter_pin: warning: seeed_xiao_esp32_s3_sense has the pin MTMS only from CircuitPython 10.1.0 "
        "on: an older one does not use the part\n"
    )
    _, out, _ = tool("config", "check", "--board", SENSE.board_id, "--set", "hardware.relay_pin=MTDO")
    assert "only from CircuitPython 10.1.0 on: update an older one, or set another pin\n" in out
