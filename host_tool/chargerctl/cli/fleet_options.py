# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the options of `chargerctl fleet` are: durations, rates, times, URLs, serials."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from chargerctl.bridge.settings import endpoint
from chargerctl.fleet.plan import PREFIX, STARTS

_UNITS_S = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400}
_DURATION = re.compile(r"(\d{1,7}(?:\.\d{1,3})?)\s*(s|min|m|h|d)", re.ASCII)
_RATE = re.compile(r"(\d{1,5}(?:\.\d{1,4})?)\s*/\s*(min|m|h|d)", re.ASCII)


class Duration(click.ParamType):
    """A time such as 10s, 30min (or 30m), 8h or 1d, in seconds. or_none: 0 is one, too."""

    name = "TIME"

    def __init__(self, or_none: bool = False) -> None:
        self._or_none = or_none

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if isinstance(value, float):
            return value
        match = _DURATION.fullmatch(str(value).strip())
        if match is None:
            self.fail(f"{str(value)[:40]!r} must be a time such as 10s, 30min, 8h or 1d", param, ctx)
        seconds = float(match[1]) * _UNITS_S[match[2]]
        if not seconds and not self._or_none:
            self.fail(f"{str(value)[:40]!r} must be longer than nothing, such as 10s or 30min", param, ctx)
        return seconds

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        number = re.match(r"[\d.]*", incomplete)
        return [CompletionItem(f"{(number and number[0]) or '1'}{unit}") for unit in ("s", "min", "h", "d")]


class Rate(click.ParamType):
    """How often: 4/h, 1/min or 10/d; as a number an hour."""

    name = "RATE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if isinstance(value, float):
            return value
        match = _RATE.fullmatch(str(value).strip())
        if match is None:
            self.fail(f"{str(value)[:40]!r} must be a rate such as 4/h, 1/min or 10/d", param, ctx)
        return float(match[1]) * 3600 / _UNITS_S[match[2]]

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        return [CompletionItem(each) for each in ("4/h", "1/h", "10/d") if each.startswith(incomplete)]


class Start(click.ParamType):
    """A date or a time, as Unix seconds; without an offset it is UTC."""

    name = "DATE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        try:
            moment = datetime.fromisoformat(str(value))
            unix = int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
        except (ValueError, OverflowError, OSError):
            unix = -1
        if unix not in STARTS:
            self.fail(
                f"{str(value)[:40]!r} must be a date or a time, 2026-10-01 or later, such as 2026-11-26T06:00",
                param,
                ctx,
            )
        return unix

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        today = datetime.now(UTC).date().isoformat()
        return [CompletionItem(today)] if today.startswith(incomplete) else []


class Prefix(click.ParamType):
    """What serials begin with."""

    name = "NAME"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not PREFIX.fullmatch(value):
            self.fail(f"{value[:40]!r} must be 1 to 18 letters, digits and ._-", param, ctx)
        return value


class Url(click.ParamType):
    """ws:// or wss://, as of `bridge --to`."""

    name = "URL"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        # No reason repeats a part of it: there may be a password.
        try:
            url: str = endpoint("passwords go in --passwords FILE").check(value, Path())
        except ValueError as error:
            self.fail(str(error), param, ctx)
        if not url:
            self.fail("must be a URL such as ws://localhost:9000", param, ctx)
        return url

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        return [CompletionItem(each) for each in endpoint().choices if each.startswith(incomplete)]
