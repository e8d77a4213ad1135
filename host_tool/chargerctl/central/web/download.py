# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A CSV file as a download, of any length."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from starlette.responses import StreamingResponse

_AT_ONCE = 500
# Without it Excel takes UTF-8 for something else.
_MARK = "\ufeff"


def download(name: str, lines: Iterable[str]) -> StreamingResponse:
    """name: of the file without its ending, in plain ASCII and of our own choice; lines: without their ends."""
    return StreamingResponse(
        _portions(lines),
        media_type="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


def _portions(lines: Iterable[str]) -> Iterator[bytes]:
    """Each is made in a thread: one for every line would take longer than the line."""
    rest, mark = iter(lines), _MARK
    while portion := list(islice(rest, _AT_ONCE)):
        yield (mark + "".join(f"{line}\r\n" for line in portion)).encode()
        mark = ""
