# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a deploy takes of each board's drive, in whole clusters."""

from __future__ import annotations

from chargerctl.boards.catalogue import BOARDS, NEWEST_MAJOR
from chargerctl.deploy.bytecode.form import in_form
from chargerctl.deploy.bytecode.source_record import SourceRecord
from chargerctl.deploy.image import Image, firmware_image
from chargerctl.deploy.libraries.wheels import wheel_libraries
from chargerctl.deploy.space import folders_on_medium, on_medium


def taken(image: Image, cluster: int) -> int:
    return sum(on_medium(len(content), cluster) for content in image.values()) + folders_on_medium(
        image, cluster
    )


def main() -> None:
    files, record = firmware_image() | wheel_libraries(), SourceRecord(None)
    print(
        f"{'settings.toml and manifest left out':44}{'form':>6}"
        f"{'drive':>8}{'files':>7}{'bytes':>9}{'cluster':>9}{'taken':>9}{'of it':>7}"
    )
    for board in BOARDS.values():
        image = in_form(files, board.board_id, NEWEST_MAJOR, record).image
        form = ".mpy" if any(path.endswith(".mpy") for path in image) else ".py"
        cluster = board.cluster
        whole = taken(image, cluster)
        share = whole / (board.filesystem_kb * 1024)
        size = sum(map(len, image.values()))
        print(
            f"{board.board_id:44}{form:>6}"
            f"{board.filesystem_kb:>5} KB{len(image):>7}{size:>9,}{cluster:>9}{whole:>9,}{share:>7.0%}"
        )
