# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Requests to a board's web workflow, one at a time, and what each status of an answer means.

The board closes the connection after each answer, and answers nobody else meanwhile. What it sends is bounded here.
"""

from __future__ import annotations

import base64
import errno
import http.client
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from chargerctl.transport.volume import LARGEST, BoardError, TooMuchError
from chargerctl.transport.web.bounded import SLOWEST, BoundedSocket
from chargerctl.visible import visible

LONGEST_VALUE = 63  # of a header, in characters: CircuitPython ignores the rest
LONGEST_PASSWORD = 41  # bytes: as "Basic " with base64, it fills a header
_LONGEST_PATH = 255
_CONNECT_S = 5
_ANSWER_S = 30
_LARGEST_HEAD = 1 << 16  # bytes, and what goes around the pieces of a listing
_TRIES = 3
_PAUSE_S = 1.0
_RESET_S = 2.0  # a board that was reset needs longer than this until it answers again


@dataclass(frozen=True)
class Access:
    """host: as in a URL. password: of the web workflow. shown: the host in messages."""

    host: str
    port: int
    password: str = field(repr=False)
    shown: str

    @property
    def authorization(self) -> str:
        return "Basic " + base64.b64encode(f":{self.password}".encode()).decode()


def unreachable(shown: str, why: str) -> str:
    return (
        f"{shown} cannot be reached ({visible(why)}): is the board switched on, in the same network, and [web] api_password "
        "set in its settings? After a reset by watchdog or brown-out CircuitPython leaves its web workflow off: press reset"
    )


def _refusals(shown: str) -> dict[int, str]:
    """By status: why the board answers nothing of what it was asked, and what to do."""
    return {
        401: f"{shown} refused the password (401): set CHARGERCTL_WEB_PASSWORD to the one that is on the board; without it "
        "the settings' [web] api_password is sent, which the next deploy writes",
        403: f"{shown} has no password for its web workflow (403), so it lets nobody in: set [web] api_password, deploy "
        "with --drive or --port, and reset the board",
        409: f"{shown}: a computer owns its drive over USB (409): eject CIRCUITPY there, or deploy with --drive",
    }


class WrongPasswordError(BoardError):
    """The board has another one."""


def refusal(shown: str, status: int) -> BoardError | None:
    """The error for a status for which a board may answer nothing at all."""
    message = _refusals(shown).get(status)
    if message is None:
        return None
    return (WrongPasswordError if status == 401 else BoardError)(message, errno.ECONNREFUSED)


class LostError(BoardError):
    """The connection ended before the answer: what was asked for may have been done, in part or not at all."""


class WebClient:
    """`pause(seconds)` waits, and `clock()` gives seconds; both for tests."""

    def __init__(
        self,
        access: Access,
        pause: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.access = access
        self.pause = pause
        self.clock = clock
        self._answered_at: float | None = None
        self._breaks = 0

    @property
    def breaks(self) -> int:
        """How often the board may have been reset: an answer did not come, or nothing was asked for a while."""
        self._note_silence()
        return self._breaks

    def _note_silence(self) -> None:
        if self._answered_at is not None and self.clock() - self._answered_at >= _RESET_S:
            self._break()

    def _break(self) -> None:
        self._breaks += 1
        self._answered_at = None

    def request(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> bytes:
        """The body of a good answer. Raises FileNotFoundError, FileExistsError, BoardError and TooMuchError.

        Again after an error 500 where that can do no harm, and where nobody took the connection; never after an answer got
        lost: what was asked may have been done.
        """
        if len(quote(path)) > _LONGEST_PATH:
            raise BoardError(
                f"{path} has too long a name for the web workflow: use --port", errno.ENAMETOOLONG
            )
        repeatable = method in ("GET", "PUT")
        for tries in range(1, _TRIES + 1):
            try:
                status, content = self._once(method, path, body, dict(headers or {}))
            except _BusyError:
                if tries == _TRIES:
                    raise
            except (OSError, http.client.HTTPException) as error:
                if isinstance(error, TooMuchError):
                    raise
                if tries == _TRIES or method != "GET":
                    raise self._lost(f"{method} {path}", error) from None
            else:
                if status < 300:
                    return content
                if status != 500 or not repeatable or tries == _TRIES:
                    raise self._refused(status, f"{method} {path}", path)
            self.pause(_PAUSE_S)
        raise AssertionError("the last try has ended otherwise")

    def _once(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, bytes]:
        access = self.access
        self._note_silence()
        connection = http.client.HTTPConnection(access.host.strip("[]"), access.port, timeout=_CONNECT_S)
        try:
            try:
                connection.connect()
            except (OSError, UnicodeError) as error:  # UnicodeError: no name that can be looked up
                why = getattr(error, "strerror", None) or str(error)
                raise _BusyError(unreachable(access.shown, why)) from None
            grace_s = _ANSWER_S + len(body or b"") / SLOWEST
            connection.sock = BoundedSocket(connection.sock, grace_s, LARGEST + _LARGEST_HEAD)
            everywhere = {"Authorization": access.authorization, "X-Timestamp": str(int(time.time() * 1000))}
            connection.request(method, quote(path), body, everywhere | headers)
            with connection.getresponse() as response:
                content = response.read(LARGEST + 1)
                if len(content) > LARGEST:
                    raise TooMuchError(f"its file {path} is larger")
                if response.length:  # bytes that were promised
                    raise http.client.IncompleteRead(content, response.length)
        except BaseException:
            self._break()
            raise
        finally:
            connection.close()
        self._answered_at = self.clock()
        return response.status, content

    def _lost(self, what: str, error: Exception) -> LostError:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        return LostError(
            f"{self.access.shown} was lost in {what} ({visible(reason)}): see that it is switched on and in reach of its "
            "Wi-Fi, then run this again",
            errno.ECONNRESET,
        )

    def _refused(self, status: int, what: str, path: str) -> OSError:
        """The error for an answer that is none of the good ones."""
        shown = self.access.shown
        if status == 404:
            return FileNotFoundError(errno.ENOENT, "no such file or folder", path.removeprefix("/fs/"))
        if status == 412:
            return FileExistsError(errno.EEXIST, "exists", path.removeprefix("/fs/"))
        if status in (413, 417):
            return OSError(errno.ENOSPC, "no space left on the board")
        if error := refusal(shown, status):
            return error
        message = None
        if status == 500:
            message = (
                f"{shown} failed at {what} (500): its drive may be damaged or its memory full; reset the board, then run "
                "this again"
            )
        if message is None and 300 <= status < 400:
            message = f"{shown} is the name of any board ({status}): give --host that of one, as chargerctl devices shows it"
        return BoardError(
            message or f"{shown} answered {what} with status {status}: is that a CircuitPython board?"
        )


class _BusyError(BoardError):
    """Nobody took the connection: the board is answering somebody else, restarting, or not there."""
