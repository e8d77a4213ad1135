# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""May the flash of the board at a serial port be written now? esptool resets the board: a relay under load would open, and
a charge would end."""

from __future__ import annotations

from chargerctl.errors import ChargerctlError
from chargerctl.transport.relay import HOLD, Listening, Relay, ask, read_away
from chargerctl.transport.serial.link import LostError, Ports, Stream
from chargerctl.transport.serial.raw_repl import RawRepl

_ANSWER_S = 10.0  # in which a charger that runs answers
_SYNC_TRIES, _SYNC_S = 3, 0.5
# What Espressif's serial protocol begins with, and how the bootloader in the chip's ROM answers. It stops no program.
_SYNC = b"\xc0\x00\x08\x24\x00\x00\x00\x00\x00\x07\x07\x12\x20" + b"\x55" * 32 + b"\xc0"
_SYNCED = b"\xc0\x01\x08"
_EMPTY = b"invalid header: 0x"  # said again and again by a chip whose flash has no program
_LONGEST = 256  # bytes that are searched for these


def refuse_a_charge(ports: Ports, port: str) -> None:
    """Return where a charger says that its relay is open and stays so, and where no program runs: at Python's prompt, in the
    chip's bootloader, with an empty flash. ChargerctlError otherwise, and where nobody tells."""
    try:
        stream = ports.open(port)
        try:
            if RawRepl(stream, ports).is_at_prompt():
                return
            read_away(stream, ports.now)
            said = _Said()
            answer = ask(stream, HOLD, said.feed, ports.now, _ANSWER_S)
            if answer is None and (said.is_empty or _is_in_bootloader(stream, ports)):
                return
        finally:
            stream.close()
    except LostError as error:
        raise ChargerctlError(
            f"{port} {error.strerror}: plug the board in, or name another with --port"
        ) from None
    if answer is None:
        raise ChargerctlError(
            f"the board at {port} does not say whether it charges: make sure that no car charges, then use --force; a new "
            "board that holds its BOOT button while it is plugged in needs no --force"
        )
    if not answer.stays_open:
        raise ChargerctlError(
            f"the board at {port} may not be stopped now: {answer}; wait until no car charges, or use --force"
        )


class _Said:
    """Listens for the charger's answer, and for a chip that has no program."""

    def __init__(self) -> None:
        self._listening = Listening()
        self._last = b""
        self.is_empty = False

    def feed(self, data: bytes) -> Relay | None:
        self._last = (self._last + data)[-_LONGEST - len(data) :]
        self.is_empty = self.is_empty or self._last.count(_EMPTY) > 1
        return self._listening.feed(data)


def _is_in_bootloader(stream: Stream, ports: Ports) -> bool:
    answer = b""
    for _ in range(_SYNC_TRIES):
        stream.write(_SYNC)
        end = ports.now() + _SYNC_S
        while (left := end - ports.now()) > 0:
            answer = (answer + stream.read(left))[-_LONGEST:]
            if _SYNCED in answer:
                return True
    return False
