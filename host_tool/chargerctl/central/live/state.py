# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What is shown of a charger at one moment. Values only: equal ones look the same. All times are Unix times."""

from __future__ import annotations

from dataclasses import dataclass

# OCPP 1.6, 7.7 (ChargePointStatus). Of several connectors the first of these is the charger's: a fault wants a person,
# and one that charges says more than a free one.
STATUSES = (
    "Faulted",
    "Charging",
    "SuspendedEVSE",
    "SuspendedEV",
    "Finishing",
    "Preparing",
    "Reserved",
    "Available",
    "Unavailable",
)
UNKNOWN = "Unknown"
OFFLINE = "Offline"
REFUSED = "Refused"
ASKS = "Asks"

WORDS = (*STATUSES, UNKNOWN, OFFLINE, REFUSED, ASKS)
"""All that State.word can be."""


@dataclass(frozen=True)
class Connector:
    """As its last StatusNotification said (OCPP 1.6, 4.9). id 0: the charger itself. register_wh: its last
    Energy.Active.Import.Register, in a session or outside, None while it has told none."""

    id: int
    status: str
    error_code: str
    info: str
    vendor_error_code: str
    received_at: float
    register_wh: float | None


@dataclass(frozen=True)
class Session:
    """A transaction that runs, and whose card was accepted. energy_wh: by its last meter value, None without one; power_w:
    None where there is no recent one."""

    id: int
    connector_id: int | None
    id_tag: str
    card_name: str
    started_at: float
    energy_wh: float | None
    power_w: float | None


@dataclass(frozen=True)
class State:
    """One charger. known: in the books by its owner's will, or learnt; where unknown ones may take part, others do, too.
    transport: "mqtt", "websocket", or "" while it is not connected. registration: what its last BootNotification was
    answered (Accepted, Pending, Rejected), or "".

    connectors, in the order of their ids, are those that it has told of; sessions in the order of theirs.
    """

    serial: str
    name: str
    known: bool
    allowed: bool
    transport: str
    last_seen: float | None
    registration: str
    vendor: str
    model: str
    firmware: str
    connectors: tuple[Connector, ...]
    sessions: tuple[Session, ...]

    @property
    def online(self) -> bool:
        return self.transport != ""

    @property
    def asks(self) -> bool:
        """It wants to take part, and may not: nobody has let it in yet."""
        heard = self.last_seen is not None
        return heard and self.allowed and not self.known and self.registration != "Accepted"

    @property
    def status(self) -> str:
        """One of STATUSES, as it has told last, whether it is connected or not; or UNKNOWN. Connector 0 decides where it is
        Faulted, and where it is Unavailable unless a connector is still in use."""
        told = {each.status for each in self.connectors if each.id > 0 or each.status == "Faulted"}
        whole = {each.status for each in self.connectors if each.id == 0}
        if not told or ("Unavailable" in whole and told <= {"Available", "Unavailable", "Reserved"}):
            told = whole
        return next((each for each in STATUSES if each in told), UNKNOWN)

    @property
    def word(self) -> str:
        """What it does, for somebody who sees many: status, or why that is not known or does not matter. One of WORDS."""
        if not self.allowed:
            return REFUSED
        if self.asks:
            return ASKS
        return self.status if self.online else OFFLINE

    @property
    def error(self) -> str:
        """The errorCode of the first connector that has one (OCPP 1.6, 7.6), or "". It may be only a warning."""
        return next((each.error_code for each in self.connectors if each.error_code != "NoError"), "")

    @property
    def power_w(self) -> float | None:
        """Of all its sessions; 0 without one, None where no session knows it."""
        known = [each.power_w for each in self.sessions if each.power_w is not None]
        return sum(known) if known or not self.sessions else None

    @property
    def energy_total_wh(self) -> float | None:
        """All that it has ever delivered, by its connectors' registers; else by that of its main meter, connector 0."""
        own = [each.register_wh for each in self.connectors if each.id > 0 and each.register_wh is not None]
        main = [each.register_wh for each in self.connectors if each.id == 0 and each.register_wh is not None]
        return sum(own or main) if own or main else None
