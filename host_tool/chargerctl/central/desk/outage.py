# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""When the books cannot be written: how long already, when to try again, and whether the chargers know."""

from __future__ import annotations

from chargerctl.central.books.interface import BooksError

TELL_OFFLINE_S = 3.0
"""How long the books may be gone before the chargers are told."""
_PAUSES_S = (0.25, 0.5, 1.0, 2.0)
# The reason is told again when it is another one, and when nobody has done anything about it.
_OTHER_REASON_S = 60.0
_SAME_REASON_S = 900.0


class Outage:
    """failed() and kept() return what to tell, or ""."""

    def __init__(self) -> None:
        self.again_at = float("-inf")
        """Nothing is tried before. All times are those of a clock that never jumps."""
        self.online = True
        """Whether the chargers are to believe that somebody answers."""
        self.dropped = 0
        """Frames that became too old; add them here."""
        self._since: float | None = None
        self._failures = 0
        self._told = ""
        self._told_at = float("-inf")

    @property
    def active(self) -> bool:
        return self._since is not None

    def pause(self, now: float) -> None:
        """Something failed: wait, longer each time."""
        self.again_at = now + _PAUSES_S[min(self._failures, len(_PAUSES_S) - 1)]
        self._failures += 1

    def failed(self, error: BooksError, began: float, now: float) -> str:
        """Nothing was kept of what was tried from `began` to `now`: the database may have waited long."""
        is_new = self._since is None
        since = began if self._since is None else self._since
        self._since = since
        if now - since >= TELL_OFFLINE_S:
            self.online = False
        if is_new:
            return self._tell("", str(error), now)
        pause = _SAME_REASON_S if str(error) == self._told else _OTHER_REASON_S
        if now - self._told_at < pause:
            return ""
        return self._tell(f" since {(now - since) / 60:.0f} min", str(error), now)

    def kept(self, now: float) -> str:
        """Something was kept."""
        since, self._since = self._since, None
        dropped, self.dropped = self.dropped, 0
        self._failures = 0
        self.online = True
        if since is None:
            return (
                f"{dropped} frames waited for too long and are dropped, the chargers repeat what matters"
                if dropped
                else ""
            )
        lost = f"; {dropped} frames had become too old, the chargers repeat what matters" if dropped else ""
        return f"the books can be written again, after {now - since:.0f} s{lost}"

    def _tell(self, since: str, reason: str, now: float) -> str:
        self._told, self._told_at = reason, now
        return f"the books cannot be written{since}, and nothing is answered: {reason}"
