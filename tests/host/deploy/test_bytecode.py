# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What is compiled, by what, how often, and for whom; and what becomes of a module that a person edits on the drive."""

from __future__ import annotations

from pathlib import Path

import pytest
from chargerctl.boards.boot_out import BOOT_OUT, BootOut
from chargerctl.boards.catalogue import ASSUMED, BOARDS, version_text
from chargerctl.deploy.bytecode import compiler
from chargerctl.deploy.bytecode.compiler import NoCompilerError, compile_image, defect
from chargerctl.deploy.bytecode.quiet import lean
from chargerctl.deploy.bytecode.source_record import SourceRecord
from chargerctl.deploy.checks import check_libraries
from chargerctl.deploy.image import firmware_image
from chargerctl.deploy.records import MANIFEST, Manifest
from chargerctl.errors import ChargerctlError
from chargerctl.files import state_folder

from tests.host.commands import Run

TEXT = {"boot.py", "code.py", "hold.py", "safemode.py"}
SESSION = Path(__file__).parents[2] / "whole" / "scripts" / "cable_first.script"
MODULE = {"charger/x.py": b"def answer(question_of_ours):\n    return question_of_ours\n"}


def test_all_but_what_circuitpython_starts_is_compiled_for_it() -> None:
    image = compile_image(firmware_image()).image
    assert {path for path in image if path.endswith(".py")} == TEXT
    assert "charger/hardware/__init__.mpy" in image
    compiled = {path: content for path, content in image.items() if path not in TEXT}
    assert {content[:4] for content in compiled.values()} == {b"C\x06\x00\x1f"}
    # The first name in the file: what a traceback shows.
    assert all(path.encode() + b"\x00" in content[:80] for path, content in compiled.items())
    assert not any(defect(content) for content in compiled.values())


def test_the_same_sources_give_the_same_bytes_from_scratch_and_from_what_is_remembered(
    tmp_path: Path,
) -> None:
    record = SourceRecord(tmp_path)
    assert compile_image(MODULE, record) == compile_image(MODULE) == compile_image(MODULE, record)


def test_nothing_is_compiled_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compile_image(MODULE, SourceRecord(tmp_path))
    monkeypatch.setattr(compiler, "_compiler", lambda: pytest.fail("it was compiled again"))
    compile_image(MODULE, SourceRecord(tmp_path))


def test_what_is_remembered_but_damaged_is_compiled_again(tmp_path: Path) -> None:
    right = compile_image(MODULE, SourceRecord(tmp_path))
    for file in (tmp_path / "compiled").glob("*"):
        file.write_bytes(file.read_bytes()[:-1])
    assert compile_image(MODULE, SourceRecord(tmp_path)) == right


def test_what_a_module_was_made_of_is_known_by_its_bytes(tmp_path: Path) -> None:
    compiled = compile_image(MODULE, SourceRecord(tmp_path))
    made = SourceRecord(tmp_path).made(compiled.image["charger/x.mpy"])
    assert made is not None
    ours = compiled.names["question_of_ours"]
    assert (made.path, made.source.splitlines()[1]) == ("charger/x.py", f"    return {ours}")
    assert SourceRecord(tmp_path).names(compiled.known_by) == compiled.names
    assert SourceRecord(tmp_path).made(b"C\x06\x00\x1f") is None


@pytest.mark.parametrize("content", [b"this is no python", b"# \xff"])
def test_source_that_cannot_be_compiled_is_named(content: bytes) -> None:
    for own_names in (True, False):
        with pytest.raises(ChargerctlError, match=r"charger/x\.py cannot be compiled"):
            compile_image({"charger/x.py": content}, own_names=own_names)


def test_a_compiler_that_does_not_run_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiler, "_compiler", lambda: str(tmp_path / "missing"))
    with pytest.raises(NoCompilerError, match="mpy-cross cannot be run"):
        compile_image(MODULE)


@pytest.mark.parametrize(
    ("path", "way"),
    [("lib/x.mpy", "use --libs wheels"), ("charger/x.mpy", "reinstall chargerctl with its mpy-cross")],
)
def test_what_a_board_would_not_load_is_refused_with_what_helps(path: str, way: str) -> None:
    with pytest.raises(
        ChargerctlError,
        match=f"{path} cannot be loaded by CircuitPython: it was compiled for MicroPython; {way}",
    ):
        check_libraries({path: b"M\x06\x00\x1f"})


# The command.


def is_text(drive: Path) -> bool:
    """Whether the package and the libraries are text, and not only some of them."""
    suffixes = {path.suffix for part in ("charger", "lib") for path in (drive / part).rglob("*.*")}
    assert len(suffixes) == 1
    return suffixes == {".py"}


@pytest.mark.parametrize("board_id", BOARDS)
def test_a_board_gets_mpy_files_or_with_psram_text_and_boots_from_them(
    run: Run, tmp_path: Path, board_id: str
) -> None:
    folder = tmp_path / "f"
    # A Pico W has no room for a display or a card reader.
    less = ("--set", "hardware.display=none", "--set", "hardware.card_reader=none")
    smaller = less if board_id == "raspberry_pi_pico_w" else ()
    status, out, err = run("deploy", "--set", f"hardware.board={board_id}", *smaller, at=folder)
    assert status == 0, err
    assert is_text(folder) == (BOARDS[board_id].psram_kb > 0)
    assert ("this board has enough memory (PSRAM)" in out, "compiled to .mpy" in out) == (
        is_text(folder),
        not is_text(folder),
    )
    script = tmp_path / "short.script"
    script.write_text("expect status Available within 30\n")
    status, out, err = run("simulate", "--script", str(script), at=folder)
    assert status == 0, out + err


def test_a_whole_session_runs_from_mpy_files(run: Run, drive: Path) -> None:
    run("deploy", "--set", "hardware.estop_pin=none")
    assert not is_text(drive)
    status, out, err = run("simulate", "--script", str(SESSION))
    assert status == 0, out + err


def test_text_is_written_on_request(run: Run, drive: Path) -> None:
    run("deploy")
    status, out, _ = run("deploy", "--source")
    assert (status, "--source was given" in out, is_text(drive)) == (0, True, True)
    run("deploy")
    assert not is_text(drive)


def test_another_circuitpython_gets_text(run: Run, drive: Path) -> None:
    (drive / BOOT_OUT).write_text(
        BootOut.assumed("raspberry_pi_pico_w").render().replace(version_text(ASSUMED), "11.0.0")
    )
    status, out, _ = run("deploy", "--force")
    assert (status, ".mpy files are for CircuitPython 9 and 10" in out, is_text(drive)) == (0, True, True)


def test_without_a_compiler_a_board_gets_text(run: Run, drive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> str:
        raise NoCompilerError("mpy-cross is not installed: there is none for this machine")

    monkeypatch.setattr(compiler, "_version", none)
    status, out, _ = run("deploy")
    assert (status, "as text: mpy-cross is not installed" in out, is_text(drive)) == (0, True, True)


EDITED = "charger/connector.py"


def test_a_module_edited_beside_the_mpy_stays_and_the_others_have_the_names_it_uses(
    run: Run, drive: Path, tmp_path: Path
) -> None:
    run("deploy")
    mine = firmware_image()[EDITED] + b"# mine\n"
    (drive / EDITED).write_bytes(mine)
    script = tmp_path / "short.script"
    script.write_text("expect status Available within 30\n")
    # Before it is deployed to again, the board has one module with other names than the rest.
    assert run("simulate", "--trust", "--script", str(script))[0] == 1
    status, out, _ = run("deploy")
    assert status == 0
    assert f"{EDITED} was edited by you and stays: the board runs it instead of charger/connector.mpy" in out
    assert "CircuitPython imports" not in out
    assert (drive / EDITED).read_bytes() == mine
    assert b"_run_urgent" in (drive / "charger" / "loop.mpy").read_bytes()
    assert run("simulate", "--trust", "--script", str(script))[0] == 0
    assert "nothing to do" in run("deploy")[1]
    (drive / EDITED).unlink()
    assert run("deploy")[0] == 0
    assert EDITED not in (drive / MANIFEST).read_text()
    assert b"_run_urgent" not in (drive / "charger" / "loop.mpy").read_bytes()


def test_a_module_edited_beside_the_mpy_stays_when_the_others_become_text_and_mpy_again(
    run: Run, drive: Path
) -> None:
    run("deploy")
    mine = firmware_image()[EDITED] + b"# mine\n"
    (drive / EDITED).write_bytes(mine)
    for arguments in ((), ("--source",), ("--source",), ()):
        status, out, err = run("deploy", *arguments)
        assert (status, f"{EDITED} was edited by you and stays" in out) == (0, True), out + err
        assert (drive / EDITED).read_bytes() == mine
        assert (drive / "charger" / "connector.mpy").exists() is (arguments == ())
    (drive / EDITED).unlink()
    assert run("deploy", "--source")[0] == 0
    assert (drive / EDITED).read_bytes() == firmware_image()[EDITED]


def test_text_that_was_copied_by_hand_gives_way_and_a_rollback_brings_it_back(run: Run, drive: Path) -> None:
    (drive / "charger").mkdir()
    (drive / EDITED).write_text("# an old copy\n")
    status, out, _ = run("deploy")
    assert (status, "was not put there by chargerctl" in out) == (0, True)
    assert not (drive / EDITED).exists()
    run("rollback")
    assert (drive / EDITED).read_text() == "# an old copy\n"


def test_what_another_laptop_deployed_is_simulated_where_the_sources_are_the_same(
    run: Run, drive: Path, state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("deploy")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "other laptop"))
    script = tmp_path / "short.script"
    script.write_text("expect status Available within 30\n")
    assert run("simulate", "--script", str(script))[0] == 0


def test_an_older_drive_is_simulated_as_it_is_from_what_this_laptop_remembers(
    run: Run, drive: Path, state: Path, tmp_path: Path
) -> None:
    run("deploy")
    path = "charger/ticks"  # imports nothing of the package, whose names are others in another image
    older = {f"{path}.py": firmware_image()[f"{path}.py"] + b"raise ValueError('old')\n"}
    (drive / f"{path}.mpy").write_bytes(compile_image(older, SourceRecord(state)).image[f"{path}.mpy"])
    script = tmp_path / "short.script"
    script.write_text('expect console "ValueError: old" within 30\n')
    status, out, err = run("simulate", "--trust", "--script", str(script))
    assert status == 0, out + err


def test_a_library_that_cannot_be_matched_is_not_simulated(run: Run, drive: Path, tmp_path: Path) -> None:
    run("deploy")
    path = "lib/adafruit_ticks.mpy"
    content = (drive / path).read_bytes()
    (drive / path).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    script = tmp_path / "short.script"
    script.write_text("expect status Available within 30\n")
    status, out, err = run("simulate", "--trust", "--script", str(script))
    assert status == 1
    assert f"source of {path} not found" in err.replace("/lib/", "lib/"), out + err


def test_a_damaged_file_is_reported_and_a_plain_deploy_repairs_it(
    run: Run, drive: Path, tmp_path: Path
) -> None:
    run("deploy")
    whole = (drive / "charger" / "loop.mpy").read_bytes()
    (drive / "charger" / "loop.mpy").write_bytes(whole[:-40])
    script = tmp_path / "short.script"
    script.write_text("expect status Available within 30\n")
    status, _, err = run("simulate", "--trust", "--script", str(script))
    assert status == 1
    assert "source of charger/loop.mpy not found (damaged, or compiled on another laptop)" in err
    assert run("deploy")[0] == 0
    assert (drive / "charger" / "loop.mpy").read_bytes() == whole
    assert run("simulate", "--script", str(script))[0] == 0


def test_a_traceback_is_translated(run: Run, drive: Path, tmp_path: Path, made_before: Path) -> None:
    run("deploy")
    names = SourceRecord(made_before).latest_names() or {}
    text = tmp_path / "traceback.txt"
    text.write_text(f'  File "charger/loop.py", line 3, in {names["_run_urgent"]}\n')
    for at in (drive, None):
        status, out, _ = run("traceback", str(text), at=at)
        assert (status, out) == (0, '  File "charger/loop.py", line 3, in _run_urgent\n')


def test_a_drive_has_the_names_of_its_own_deploy_also_after_one_elsewhere(
    run: Run, drive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A .mpy file may have the same bytes in two versions that rename differently."""
    run("deploy")
    other_version = firmware_image()
    other_version["charger/loop.py"] += b"aaaaaa = 1\n"
    monkeypatch.setattr("chargerctl.cli.deploy.firmware_image", lambda: other_version)
    assert run("deploy", at=tmp_path / "elsewhere")[0] == 0
    there = names_on(tmp_path / "elsewhere")
    name, on_board = next(
        (name, word) for name, word in names_on(drive).items() if there.get(name, word) != word
    )
    modules = {path.relative_to(drive): path.read_bytes() for path in (drive / "charger").rglob("*.mpy")}
    assert any((tmp_path / "elsewhere" / path).read_bytes() == code for path, code in modules.items())
    text = tmp_path / "traceback.txt"
    text.write_text(f'  File "charger/loop.py", line 3, in {on_board}\n')
    assert run("traceback", str(text))[:2] == (0, f'  File "charger/loop.py", line 3, in {name}\n')


def names_on(drive: Path) -> dict[str, str]:
    """{identifier in the source: on the board} of this drive."""
    names = SourceRecord(state_folder()).names(Manifest.read((drive / MANIFEST).read_bytes()).names)
    assert names is not None
    return names


def test_a_drive_with_the_names_of_the_sources_needs_no_translation(
    run: Run, drive: Path, tmp_path: Path
) -> None:
    run("deploy", "--source")
    text = tmp_path / "traceback.txt"
    text.write_text('  File "charger/loop.py", line 3, in _run_urgent\n')
    status, out, err = run("traceback", str(text))
    assert (status, out) == (0, text.read_text())
    assert "has the names of the sources" in err


def test_a_folder_without_a_charger_has_no_names(run: Run, drive: Path, tmp_path: Path) -> None:
    text = tmp_path / "traceback.txt"
    text.write_text('  File "charger/loop.py", line 3, in _run_urgent\n')
    status, _, err = run("traceback", str(text))
    assert status == 1
    assert "has no folder charger/" in err


def test_names_that_another_laptop_gave_are_not_guessed(
    run: Run, drive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("deploy")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "other laptop"))
    text = tmp_path / "traceback.txt"
    text.write_text("Traceback\n")
    status, _, err = run("traceback", str(text))
    assert status == 1
    assert "was deployed from another laptop" in err


LIBRARY = b"""\
try:
    from typing import Optional
except ImportError:
    pass
__version__ = "1.2.3"
__repo__ = "https://example.org"
class MQTT:
    @property
    def mqtt_msg(self) -> Optional[int]:
        return 1
    def publish(self):
        if self:
            self.logger.debug(
                "a text")
        return 2
    def unsubscribe(self):
        return 3
"""


def test_of_a_library_neither_logs_nor_what_is_never_called_gets_onto_the_board() -> None:
    path = "lib/adafruit_minimqtt/adafruit_minimqtt.py"
    there = lean(path, LIBRARY.decode())
    for text in ("typing", "Optional\n", "repo", "mqtt_msg", "property", "logger", "a text", "unsubscribe"):
        assert text not in there
    for text in ("1.2.3", "class MQTT", "return 2"):
        assert text in there
    # A traceback shows the lines of the source.
    assert there.count("\n") == LIBRARY.decode().count("\n")
    assert there.split("\n")[14] == "        return 2"
    assert "unsubscribe" in lean("lib/another.py", LIBRARY.decode())
