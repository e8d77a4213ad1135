# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl central offline`: tells the chargers that nobody answers, after `serve` was killed."""

from __future__ import annotations

import click

from chargerctl.central import extra
from chargerctl.central.settings import CentralSettings
from chargerctl.cli.central_options import central_options
from chargerctl.cli.output import Answer, Command


@click.command(cls=Command)
@central_options("broker", "broker_user", "broker_password_file", "broker_tls", "broker_ca")
def command(settings: CentralSettings) -> Answer:
    """Tell all chargers, in the books or connected, that nobody answers: after `central serve` was killed.

    A charger that knows goes on offline at once; else each of its messages waits 30 s for an answer. `central serve` does
    this itself when it is stopped, and tells them the opposite when it starts. For ExecStopPost= of a systemd unit.
    While a central system runs on these books nobody is told.

    \b
    chargerctl central offline --broker localhost --broker-user central --broker-password-file central.password
    """
    extra.require()
    # Imported here: it needs the packages of the extra.
    from chargerctl.central.service.offline import tell_offline

    if settings.broker is None:
        text = "nobody is to be told: the chargers come to the broker of `central serve` itself, which ends with it"
        return Answer({"told": 0}, lines=[text])
    told = tell_offline(settings, settings.broker)
    if told.answering:
        text = f"nobody is told: a central system runs on these books ({told.answering})"
        return Answer({"told": 0}, lines=[text])
    noun = "charger" if told.chargers == 1 else "chargers"
    notes = [f"only chargers that are connected were told: {told.books_error}"] if told.books_error else []
    text = f"told {told.chargers} {noun} over {settings.broker} that nobody answers"
    return Answer({"told": told.chargers}, [text], notes)
