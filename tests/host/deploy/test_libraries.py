# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Libraries from the installed packages and from circup's bundles, without a network."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import pytest
from chargerctl.boards.boot_out import BOOT_OUT, BootOut
from chargerctl.deploy.bytecode.compiler import compile_image
from chargerctl.deploy.bytecode.source_record import SourceRecord
from chargerctl.deploy.image import Image, firmware_image
from chargerctl.deploy.libraries import bundle, choice
from chargerctl.deploy.libraries.choice import libraries
from chargerctl.deploy.libraries.imports import reached
from chargerctl.deploy.libraries.remembered import Search, remembered
from chargerctl.deploy.libraries.requirements import required_libraries, versions_tested
from chargerctl.deploy.libraries.versions import untested
from chargerctl.deploy.libraries.wheels import wheel_libraries
from chargerctl.deploy.memory import TEXT_COSTS

from tests.conftest import FreshLaptop

TAG = "20261101"
BUNDLE = "adafruit/Adafruit_CircuitPython_Bundle"
SETTINGS = {"CHARGER_WIFI_SSID": "home", "CHARGER_SERIAL": "t-1", "CHARGER_MQTT_BROKER": "10.0.0.2"}

Deploy = Callable[..., subprocess.CompletedProcess[str]]


def seed(data: Path, platforms: dict[str, str]) -> None:
    """circup's data folder as it is after a download, made from the installed packages.

    platforms: {"py": "py", "10mpy": "10.x-mpy"}, in circup's two spellings.
    """
    home = data / "circup"
    home.mkdir(parents=True)
    (home / "bundle_config.json").write_text(json.dumps({"adafruit": BUNDLE}))
    (home / "circup.json").write_text(json.dumps({BUNDLE: [TAG]}))
    vendor, name = BUNDLE.lower().replace("_", "-").split("/")
    everything = [*required_libraries(), "adafruit_bus_device", "adafruit_requests"]
    for platform, spelling in platforms.items():
        root = home / vendor / f"{name}-{platform}" / f"{name}-{spelling}-{TAG}"
        for path, source in wheel_libraries_all(everything).items():
            target = root / (path if platform == "py" else path[:-3] + ".mpy")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source if platform == "py" else b"C\x06\x00\x1f" + source[:200])
        for module, distribution in distributions(everything).items():
            needs = root / "requirements" / module / "requirements.txt"
            needs.parent.mkdir(parents=True, exist_ok=True)
            needs.write_text("\n".join(metadata.requires(distribution) or []))


def distributions(modules: list[str]) -> dict[str, str]:
    owners = metadata.packages_distributions()
    return {module: owners[module][0] for module in modules}


def wheel_libraries_all(modules: list[str]) -> Image:
    """Also what does not belong on a board: a bundle has it all."""
    files: Image = {}
    for module, distribution in distributions(modules).items():
        for file in metadata.files(distribution) or []:
            if file.parts[0] in (module, module + ".py") and file.suffix == ".py":
                files[f"lib/{file.as_posix()}"] = Path(str(file.locate())).read_bytes()
    return files


@pytest.fixture
def deploy(tmp_path: Path, fresh_laptop: FreshLaptop) -> Deploy:
    """`chargerctl deploy` in a process of its own, with its own data folders and no way out to the network."""
    fresh_laptop(tmp_path / "config")
    drive, data = tmp_path / "drive", tmp_path / "data"
    drive.mkdir()
    (drive / BOOT_OUT).write_text(BootOut.assumed("raspberry_pi_pico2_w").render())

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {
            **os.environ, **SETTINGS,
            "HOME": str(tmp_path), "XDG_DATA_HOME": str(data), "XDG_CONFIG_HOME": str(tmp_path / "config"),
            "XDG_CACHE_HOME": str(tmp_path / "cache"), "XDG_STATE_HOME": str(tmp_path / "state"),
            "https_proxy": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9",
        }  # fmt: skip
        command = [
            sys.executable,
            "-m",
            "chargerctl.cli.main",
            "deploy",
            "--drive",
            str(drive),
            "--yes",
            *arguments,
        ]
        return subprocess.run(
            command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
        )

    return run


def on_drive(tmp_path: Path) -> set[str]:
    return {path.relative_to(tmp_path / "drive").as_posix() for path in (tmp_path / "drive").rglob("*")}


def test_the_wheels_have_what_the_firmware_imports_and_nothing_that_is_not_for_a_board() -> None:
    files = set(wheel_libraries())
    assert {
        "lib/adafruit_minimqtt/adafruit_minimqtt.py",
        "lib/adafruit_ticks.py",
        "lib/adafruit_ntp.py",
    } < files
    roots = {path.split("/")[1].removesuffix(".py") for path in files}
    assert roots == set(required_libraries())
    assert "lib/adafruit_pn532/uart.py" not in files, "a part that the firmware does not import"


def test_every_file_on_the_drive_is_imported_by_another_or_run_by_circuitpython() -> None:
    image = firmware_image() | wheel_libraries()
    assert reached(image) == set(image)


def test_imports_are_followed_through_packages_relative_names_and_try_blocks() -> None:
    image = {
        "code.py": b"try:\n    import a.b\nexcept ImportError:\n    pass\n",
        "lib/a/__init__.py": b"",
        "lib/a/b.py": b"from .c import thing\nfrom . import d\n",
        "lib/a/c.py": b"def f():\n    from e import g\n",
        "lib/a/d.py": b"",
        "lib/a/unused.py": b"",
        "lib/e/g.py": b"",
        "lib/h.py": b"",
    }
    assert set(image) - reached(image) == {"lib/a/unused.py", "lib/h.py"}


def test_the_installed_libraries_have_the_tested_versions() -> None:
    owners = metadata.packages_distributions()
    installed = {module: metadata.version(owners[module][0]) for module in versions_tested()}
    assert installed == versions_tested()


def test_a_library_of_another_version_is_named_in_source_and_compiled(tmp_path: Path) -> None:
    image = firmware_image() | wheel_libraries()
    assert untested(image) == []
    path = "lib/adafruit_ntp.py"
    image[path] = image[path].replace(b'"3.4.0"', b'"3.5.1"')
    line = "libraries in versions that were not tested: adafruit_ntp 3.5.1 (tested: 3.4.0)"
    assert untested(image) == [line]
    assert untested(compile_image({path: image[path]}, SourceRecord(tmp_path)).image) == [line]


def test_every_library_that_the_firmware_imports_is_required() -> None:
    imported = {
        name
        for path, source in firmware_image().items()
        for name in re.findall(
            r"^\s*(?:import|from) (adafruit_\w+|neopixel\b)", source.decode(), re.MULTILINE
        )
    }
    assert imported <= {*required_libraries(), "adafruit_bus_device"}


def test_a_bundle_on_this_machine_is_used_without_a_network(deploy: Deploy, tmp_path: Path) -> None:
    seed(tmp_path / "data", {"py": "py", "10mpy": "10.x-mpy"})
    for mode in ("auto", "bundle"):
        done = deploy("--libs", mode, "--json")
        assert done.returncode == 0, done.stdout + done.stderr
        files = {path for path in on_drive(tmp_path) if path.startswith("lib/") and "." in path}
        assert {path.rpartition(".")[2] for path in files} == {"mpy"}
        roots = {path.split("/")[1].removesuffix(".mpy") for path in files}
        assert roots == set(required_libraries())
        assert not [
            note
            for note in json.loads(done.stdout)["notes"]
            if "installed packages" in note or "versions" in note
        ]


def test_without_any_bundle_the_installed_packages_are_used(deploy: Deploy, tmp_path: Path) -> None:
    done = deploy()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no bundle for CircuitPython 10.x is on this machine" in done.stdout
    assert "using the installed packages" in done.stdout
    assert "lib/adafruit_ntp.mpy" in on_drive(tmp_path)


def test_a_deploy_of_text_to_a_board_without_psram_names_its_cost(deploy: Deploy, tmp_path: Path) -> None:
    done = deploy("--source", "--libs", "wheels")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (
        f"needs up to {TEXT_COSTS // 1024} KB more memory than .mpy files do: leave --source out"
        in done.stdout
    )
    assert "--libs bundle" not in done.stdout
    assert "lib/adafruit_ntp.py" in on_drive(tmp_path)


def test_a_bundle_of_another_major_version_is_not_used(deploy: Deploy, tmp_path: Path) -> None:
    seed(tmp_path / "data", {"py": "py", "9mpy": "9.x-mpy"})
    done = deploy("--libs", "auto")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "using the installed packages" in done.stdout


@pytest.mark.parametrize("platforms", [{}, {"py": "py", "9mpy": "9.x-mpy"}], ids=["none", "another version"])
def test_without_the_bundle_that_libs_bundle_needs_one_line_says_what_to_do(
    deploy: Deploy, tmp_path: Path, platforms: dict[str, str]
) -> None:
    if platforms:
        seed(tmp_path / "data", platforms)
    done = deploy("--libs", "bundle")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "use --libs wheels for the packages installed with chargerctl" in done.stderr
    assert "code.py" not in on_drive(tmp_path)


def test_damaged_files_of_circup_do_not_stop_a_deploy(deploy: Deploy, tmp_path: Path) -> None:
    seed(tmp_path / "data", {"py": "py", "10mpy": "10.x-mpy"})
    (tmp_path / "data" / "circup" / "circup.json").write_text("{ rubbish")
    (tmp_path / "data" / "circup" / "bundle_config.json").write_text("[]")
    done = deploy()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "lib/adafruit_ntp.mpy" in on_drive(tmp_path)
    assert "Traceback" not in done.stderr


def test_libraries_that_were_compiled_replace_those_in_source(deploy: Deploy, tmp_path: Path) -> None:
    assert deploy("--libs", "wheels", "--source").returncode == 0
    seed(tmp_path / "data", {"py": "py", "10mpy": "10.x-mpy"})
    assert deploy().returncode == 0
    assert "lib/adafruit_ntp.mpy" in on_drive(tmp_path)
    assert "lib/adafruit_ntp.py" not in on_drive(tmp_path), "it would hide the .mpy"


def test_skip_leaves_the_libraries_as_they_are(deploy: Deploy, tmp_path: Path) -> None:
    assert deploy("--libs", "wheels").returncode == 0
    done = deploy("--libs", "skip", "--json")
    assert json.loads(done.stdout)["nothing_to_do"]
    assert "lib/adafruit_ntp.mpy" in on_drive(tmp_path)


def test_without_circup_auto_takes_the_packages_and_bundle_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bundle, "find_spec", lambda name: None)
    assert libraries("auto", 10, {}) == (wheel_libraries(), [])
    with pytest.raises(bundle.BundleError, match=r"pip install 'chargerctl\[bundle\]'"):
        libraries("bundle", 10, {})


def test_that_no_bundle_can_be_had_is_remembered_for_a_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []

    def none(names: list[str], major: int, refresh: bool) -> Image:
        asked.append(refresh)
        raise bundle.BundleError("no bundle")

    monkeypatch.setattr(choice, "is_installed", lambda: True)
    monkeypatch.setattr(choice, "bundle_libraries", none)
    state = tmp_path / "state"
    for _ in range(2):
        assert libraries("auto", 10, {}, state)[1] == ["no bundle; using the installed packages"]
    assert asked == [False]
    libraries("auto", 9, {}, state)
    with pytest.raises(bundle.BundleError):
        libraries("bundle", 10, {}, state)
    assert asked == [False, False, True]
    (file,) = state.glob("no-bundle-10*")
    for age_s in (90_000, -90_000):
        os.utime(file, times=(file.stat().st_atime - age_s, file.stat().st_mtime - age_s))
        libraries("auto", 10, {}, state)
    assert len(asked) == 5
    monkeypatch.setattr(choice, "bundle_libraries", lambda *_, **__: {"lib/x.mpy": b""})
    libraries("bundle", 10, {}, state)
    assert libraries("auto", 10, {}, state) == ({"lib/x.mpy": b""}, [])


def test_a_search_among_the_packages_is_remembered_until_one_of_them_changes(tmp_path: Path) -> None:
    package = tmp_path / "RECORD"
    package.write_text("version 1")
    searches = []

    def search() -> Search:
        searches.append(1)
        return Search({"lib/a.py": str(tmp_path / "a.py")}, {str(package)})

    def found(firmware: bytes = b"import a") -> Search:
        return remembered(tmp_path / "state", {"code.py": firmware}, search)

    assert found() == found()
    assert len(searches) == 1
    package.write_text("version 11")
    assert found() == found()
    assert len(searches) == 2, "a package changed"
    found(b"import b")
    assert len(searches) == 3, "the firmware changed"
    (tmp_path / "state" / "libraries.json").write_text("{ rubbish")
    package.unlink()
    assert found(b"import b") == found(b"import b")
    assert len(searches) == 5, "a package has gone"


def test_a_search_is_not_remembered_where_nothing_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert wheel_libraries(tmp_path / "file" / "state") == wheel_libraries()
