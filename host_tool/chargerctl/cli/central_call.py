# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl central call`."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict
from typing import Any

import click
from click.shell_completion import CompletionItem

from chargerctl.central import extra
from chargerctl.central.settings import CentralSettings
from chargerctl.cli.central_books import Serial, books_of, password_notes, the_charger, warn_of_secret
from chargerctl.cli.central_options import central_options, timeout_option
from chargerctl.cli.output import Answer, Command, Output
from chargerctl.cli.progress import waiting
from chargerctl.errors import InputError

_LONGEST = 65_536
_STDIN = "-"


class _Action(click.ParamType):
    name = "action"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        from chargerctl.central.messages.calls import ACTIONS  # slow to load

        return [CompletionItem(each) for each in ACTIONS if each.lower().startswith(incomplete.lower())]


class _Word(click.ParamType):
    name = "key=value"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        from chargerctl.central.messages.calls import action_named, completions

        try:
            action = action_named(ctx.params.get("action") or "")
        except InputError:
            return []
        return [CompletionItem(each) for each in completions(action, incomplete)]


@click.command(cls=Command)
@click.argument("serial", type=Serial())
@click.argument("action", type=_Action())
@click.argument("words", type=_Word(), nargs=-1, metavar="[KEY=VALUE…|JSON|-]")
@timeout_option
@central_options()
@click.pass_obj
def command(
    output: Output,
    settings: CentralSettings,
    serial: str,
    action: str,
    words: tuple[str, ...],
    timeout: int | None,
) -> Answer:
    """Send a charger any call of OCPP 1.6, and wait for its answer.

    The payload is KEY=VALUE for each field (a.b=VALUE within an object), or one JSON object, or - to read that from
    stdin. It is checked before it is sent. Where they are left out, connectorId is 1, type of Reset is Soft, and
    transactionId of RemoteStopTransaction is that of the only session that runs.

    Exit status 1: the charger answered something else than Accepted (Rejected, NotSupported, UnlockFailed ...) or
    with a CALLERROR, did not answer in time, or is not connected; or no central system runs on these books.

    \b
    chargerctl central call garage-1 RemoteStartTransaction idTag=04A1B2C3
    chargerctl central call garage-1 Reset type=Hard --timeout 60
    chargerctl central call garage-1 SetChargingProfile - < profile.json
    """
    extra.require()
    from chargerctl.central.messages.calls import action_named, payload_of
    from chargerctl.central.passwords import is_password
    from chargerctl.central.remote import Remote, reason
    from chargerctl.central.views.call import called

    action = action_named(action)
    if words == (_STDIN,):
        words = (_from_stdin(),)
    with books_of(settings) as store:
        now = time.time()
        running = the_charger(store, serial, now).sessions
        payload = payload_of(action, words, running=running[0].id if len(running) == 1 else None, now=now)
        if action == "ChangeConfiguration" and words:
            warn_of_secret(output, str(payload["key"]))
        with waiting(output, f"{serial}: waiting for the answer to {action}"):
            outcome = Remote(store).call(serial, action, payload, timeout or settings.call_timeout)
    why = reason(outcome)
    value = asdict(called(serial, action, payload, outcome))
    notes = [f"chargerctl: {serial}: {action}: {why}"] if why else []
    if action == "ChangeConfiguration" and is_password(str(payload["key"])) and not why:
        notes += password_notes(settings, [serial])
    return Answer(value, [] if outcome.answer is None else _lines(outcome.answer), notes, int(bool(why)))


def _lines(answer: dict[str, Any]) -> list[str]:
    if list(answer) == ["status"]:
        return [str(answer["status"])]
    return json.dumps(answer, ensure_ascii=False, indent=2).splitlines() if answer else ["answered"]


def _from_stdin() -> str:
    text = sys.stdin.read(_LONGEST + 1)
    if len(text) > _LONGEST:
        raise InputError(f"stdin: a payload has at most {_LONGEST} characters")
    return text.strip()
