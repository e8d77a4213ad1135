# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Bring firmware, libraries and settings onto a board's drive without ever leaving a dead board."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from chargerctl.boards.catalogue import ASSUMED, version_text
from chargerctl.boards.find import BOOT_OUT
from chargerctl.deploy.deployment import carry_out, plan_for, see
from chargerctl.deploy.folder import FolderVolume
from chargerctl.deploy.image import Image, firmware_image
from chargerctl.deploy.requirements import required_libraries
from chargerctl.deploy.target import make_target
from chargerctl.deploy.wheels import wheel_libraries


def write_drive(target_dir: Path, settings_flat: Mapping[str, str], board_id: str) -> None:
    """Deploy everything a board needs into the folder `target_dir`, made when absent, for a virtual board.

    The libraries are the installed packages' source files. settings_flat: {"CHARGER_MQTT_BROKER":
    "10.0.0.2", ...}; where both were changed it wins over what is there. board_id: for boot_out.txt, which
    a real board would write; one that is there already stays. Nothing is synced: the folder is not to
    survive a power cut.
    """
    target_dir.mkdir(parents=True, exist_ok=True)
    image = firmware_image() | _installed_libraries()
    volume = FolderVolume(target_dir, durable=False)
    snapshot = see(volume, set(image), image, dry_run=False)
    if BOOT_OUT not in snapshot.sizes:
        volume.write(BOOT_OUT, boot_out_text(board_id).encode())
    target = make_target(image, settings_flat, snapshot, board_id, keep="laptop")
    carry_out(volume, plan_for(snapshot, target))


@cache
def _installed_libraries() -> Image:
    return wheel_libraries(required_libraries())


def boot_out_text(board_id: str) -> str:
    """What CircuitPython writes at a hard reset, for a drive that no board has seen yet."""
    version = f"Adafruit CircuitPython {version_text(ASSUMED)} on 2026-01-15; {board_id} with virtual board"
    return f"{version}\r\nBoard ID:{board_id}\r\n"
