# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Writes firmware, libraries and settings to a board's drive so that an interruption never leaves a dead board."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def write_drive(
    target_dir: Path, settings_flat: Mapping[str, str], board_id: str, state: Path | None = None
) -> None:
    """Deploy everything a virtual board needs to the folder `target_dir`, which is made if it does not exist.

    The libraries are the installed packages' source files. settings_flat: {"CHARGER_MQTT_BROKER":
    "10.0.0.2", ...}; it wins where both sides were changed. board_id: for boot_out.txt, which a real board would
    write; an existing one stays. state: as in wheel_libraries(). Nothing is synced: the folder need not survive a power cut.
    """
    # Here, so that a command which needs one module of this package does not load them all.
    from chargerctl.boards.boot_out import BOOT_OUT, BootOut
    from chargerctl.deploy.apply import execute
    from chargerctl.deploy.checks import checked_plan
    from chargerctl.deploy.image import firmware_image
    from chargerctl.deploy.libraries.wheels import wheel_libraries
    from chargerctl.deploy.opening import snapshot_of
    from chargerctl.deploy.target import make_target
    from chargerctl.transport.folder import FolderVolume

    target_dir.mkdir(parents=True, exist_ok=True)
    image = firmware_image() | wheel_libraries(state)
    volume = FolderVolume(target_dir, durable=False)
    snapshot = snapshot_of(volume, set(image), image)
    if BOOT_OUT not in snapshot.sizes:
        volume.write(BOOT_OUT, BootOut.assumed(board_id).render().encode())
    target = make_target(image, settings_flat, snapshot, board_id, keep="laptop")
    execute(volume, checked_plan(snapshot, target))
