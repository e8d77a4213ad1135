# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The option --web of chargerctl simulate: where its page is, and a simulation with that page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from chargerctl.cli.output import Answer, Output
from chargerctl.errors import ChargerctlError
from chargerctl.settings.kinds import HostPort, host_port
from chargerctl.simulator.job import Job, Simulation
from chargerctl.web import extra

_PORT = 8081
DEFAULT = f"127.0.0.1:{_PORT}"
_ADDRESS = host_port(_PORT, {}, lowest_port=0)

Watch = Callable[[Mapping[str, Any]], object]


class PageAddress(click.ParamType):
    """HOST:PORT on this computer, as HostPort."""

    name = "[HOST:PORT]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> HostPort:
        if isinstance(value, HostPort):
            return value
        try:
            where: HostPort = _ADDRESS.check(value, Path())
        except ValueError as error:
            self.fail(f"{value!r} {error}", param, ctx)
        if not where.is_loopback:
            self.fail(
                f"{value!r}: the page has no login, so it is served to this computer only: use {DEFAULT}, and from "
                "another computer forward that port with ssh -L",
                param,
                ctx,
            )
        return where

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        return [CompletionItem(DEFAULT)] if DEFAULT.startswith(incomplete) else []


def with_page(
    where: HostPort,
    job: Job,
    output: Output,
    say: Callable[[str], object],
    run: Callable[[Simulation, Watch], Answer],
) -> Answer:
    """Do the job with a page that shows it and gives it lines. say: for a person at the terminal; run(simulation, watch)
    runs it to its end, and calls watch(event) with each event. ChargerctlError where the page cannot be served."""
    extra.require("--web")
    # Imported here: it needs the packages of the extra.
    from chargerctl.simulator.web.serving import serving

    with serving(where, lambda event: output.diagnose(f"chargerctl: {event.text}")) as page:
        line = f"page: {page.url}"
        if output.as_json:
            output.diagnose(f"chargerctl: {line}")
        else:
            say(line)
        simulation = Simulation(job)
        page.begin(simulation.give)
        try:
            answer = run(simulation, page.take)
        except ChargerctlError as error:
            page.end(error.exit_status, error.message)
            raise
        page.end(answer.status, "; ".join(answer.notes))
        return answer
