# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What happens on the network: access point, broker and time server."""

from __future__ import annotations

from chargerctl.simulator.network.http_server import BEHAVIOURS
from chargerctl.simulator.script.line import Stage, line


@line(
    "ntp how:up|silent|unsynchronised|foreign|kiss",
    "Choose what the time server answers: the time; nothing; that it is not synchronised; a reply to another request; that "
    "the client must stop asking (RFC 5905, kiss of death).",
)
def ntp(stage: Stage, how: str) -> None:
    stage.network.ntp.behave(how)


@line(
    "ntp wrong seconds:±SECONDS",
    "Have the time server answer with a time that is wrong by SECONDS; a minus sign means the past.",
)
def ntp_wrong(stage: Stage, seconds: float) -> None:
    stage.network.ntp.behave("wrong", seconds)


@line("wifi state:down|up", "Switch the access point. `down`: connections stop without a FIN or RST.")
def wifi(stage: Stage, state: str) -> None:
    stage.network.wifi(state == "up")


@line(
    "link state:half-open|up",
    "`half-open`: Wi-Fi and connections stay, but nothing passes, and neither end notices. `up`: what TCP still holds "
    "arrives.",
)
def link(stage: Stage, state: str) -> None:
    stage.network.silent(state == "half-open")


@line("broker state:down|up", "Switch the broker. `down`: its connections are reset, new ones refused.")
def broker(stage: Stage, state: str) -> None:
    stage.network.broker(state == "up")


@line(
    f"upload how:{'|'.join(BEHAVIOURS)}",
    "Choose what the server at http:// and https://files.example does with a file: takes it; refuses connections; does not "
    "answer; answers a byte each 0.5 s; status 500; status 302; closes in the middle; takes POST only; answers with no "
    "HTTP; with a header that does not end.",
    board_only=True,
)
def upload(stage: Stage, how: str) -> None:
    stage.virtual_network.http.how = how
