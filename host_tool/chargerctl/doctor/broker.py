# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the doctor says of the broker."""

from __future__ import annotations

from collections.abc import Iterator

from chargerctl.doctor.finding import FAILED, OK, SKIPPED, Finding
from chargerctl.doctor.probe import Login, Probe


def broker_findings(login: Login, found: Probe) -> Iterator[Finding]:
    """Whether the charger could connect, subscribe and publish."""
    if found.problem:
        yield Finding("broker", FAILED, f"{login.place}: {found.problem}", found.remedy)
        return
    secured = " with TLS" if login.context else ""
    yield Finding(
        "broker", OK, f"connected to {login.place}{secured} as {login.user} in {found.connected_ms:,} ms"
    )
    if found.ended:
        yield Finding(
            "topics",
            FAILED,
            f"{login.place} ended the connection of {login.user} after {found.ended}",
            "see the broker's log: its ACL or a limit may be why; or the charger has come back, and the broker lets an "
            "account in once: --set mqtt.username=SERIAL@doctor (docs/security.md)",
        )
    elif login.topic_in in found.refused:
        yield Finding(
            "topics",
            FAILED,
            f"{login.place} does not let {login.user} subscribe to {login.topic_in}",
            "allow it in the broker's ACL: the central system's frames come there",
        )
    elif found.may_publish is False:
        yield Finding(
            "topics",
            FAILED,
            f"{login.place} does not let {login.user} publish on {login.connection_topics[0]}",
            f"allow {login.topic_out} and {login.connection_topics[0]} in the broker's ACL",
        )
    elif found.may_publish is None:
        why = "" if found.version == "5" else f": it speaks MQTT {found.version}, which has no word for that"
        yield Finding("topics", SKIPPED, f"{login.place} does not say whether {login.user} may publish{why}")
    else:
        yield Finding(
            "topics",
            OK,
            f"{login.user} may subscribe to {login.topic_in} and publish on {login.connection_topics[0]}",
        )
