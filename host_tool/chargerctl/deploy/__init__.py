# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Bring firmware, libraries and settings onto a board's drive without ever leaving a dead board."""

from __future__ import annotations

from pathlib import Path

from chargerctl.deploy.image import firmware_image
from chargerctl.deploy.requirements import required_libraries
from chargerctl.deploy.wheels import wheel_libraries


def write_drive(target_dir: Path, settings_flat: dict[str, str], board_id: str) -> None:
    """Write everything a board needs into the folder `target_dir`, which is made when absent.

    settings_flat: {"CHARGER_MQTT_BROKER": "10.0.0.2", ...}.
    board_id: for boot_out.txt, which the board itself would write; one that is there already stays.
    """
    image = firmware_image() | wheel_libraries(required_libraries())
    image["settings.toml"] = "".join(f'{k} = "{_escape(v)}"\n' for k, v in settings_flat.items()).encode()
    boot_out = target_dir / "boot_out.txt"
    if not boot_out.exists():
        image["boot_out.txt"] = boot_out_text(board_id).encode()
    for path, content in image.items():
        file = target_dir / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


def _escape(value: str) -> str:
    return (
        value.replace("\\", "\\\\")
        .replace('"', '\\"')
        .replace("\n", "\\n")
        .replace("\r", "\\r")
        .replace("\t", "\\t")
    )


def boot_out_text(board_id: str) -> str:
    """What CircuitPython writes at a hard reset, for a drive that no board has seen yet."""
    version = f"Adafruit CircuitPython 10.0.3 on 2026-01-15; {board_id} with virtual board"
    return f"{version}\r\nBoard ID:{board_id}\r\nUID:000000000000\r\n"
