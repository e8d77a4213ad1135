# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Cards: whether one may charge, and where."""

from __future__ import annotations

import string
from typing import Any

from sqlalchemy import Connection, bindparam, exists, or_, select

from chargerctl.central.books import storable
from chargerctl.central.books.direct import Direct, Single
from chargerctl.central.books.policies import Policy
from chargerctl.central.books.statements import Statements
from chargerctl.central.books.tables import card_chargers, cards, seconds
from chargerctl.central.messages.defaults import timestamp

Payload = dict[str, Any]

_UPPER = str.maketrans(string.ascii_lowercase, string.ascii_uppercase)

_CARD = Single(
    select(
        cards,
        or_(
            cards.c.everywhere,
            exists().where(
                card_chargers.c.card_id == cards.c.id, card_chargers.c.charger_id == bindparam("charger")
            ),
        ).label("here"),
    ).where(cards.c.id_tag == bindparam("id_tag"))
)


def normal(id_tag: str) -> str:
    """How the books write it: in upper case, for idTags are printable ASCII without regard to case (OCPP 1.6, 2.2)."""
    return storable.text(id_tag).translate(_UPPER)


def id_tag_info(books: Direct, policy: Policy, id_tag: str, charger: int | None, now: float) -> Payload:
    """The IdTagInfo of a card at this charger (OCPP 1.6, 7.27). A card that is known and may not charge here is Blocked."""
    card = books.one(_CARD, id_tag=normal(id_tag), charger=charger)
    if card is None:
        return {"status": "Invalid" if policy is Policy.REFUSE else "Accepted"}
    until = None if card.valid_until is None else seconds(card.valid_until)
    expired = until is not None and until <= now
    status = "Blocked" if card.blocked or not card.here else "Expired" if expired else "Accepted"
    info = {"status": status}
    if card.parent:
        info["parentIdTag"] = card.parent
    if until is not None:
        info["expiryDate"] = timestamp(until)
    return info


def is_id_tag(text: str) -> bool:
    """Whether it can be a card: 1 to 20 printable ASCII characters (OCPP 1.6, 2.2 and 7.15)."""
    return 0 < len(text) <= 20 and text.isascii() and text.isprintable()


def learn(connection: Connection, statements: Statements, id_tag: str, now: float) -> None:
    """Enter the card as known, unless it is, or cannot be one."""
    if is_id_tag(id_tag):
        row = {"id_tag": normal(id_tag), "added_at": now}
        connection.execute(statements.ignoring(cards), row)
