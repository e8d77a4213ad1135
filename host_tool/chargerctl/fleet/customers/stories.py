# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What customers do. Each story is a generator: it acts on the place, and yields the seconds until it goes on."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping

from chargerctl.fleet.customers.customer import Customer, another_card
from chargerctl.fleet.customers.place import Place

Story = Generator[float, None, None]

_HOLD_S = 0.5
# How long somebody looks at the charger before they think that it does not work: an Authorize may take 10 s.
_LOOK_S = 15.0
# How often somebody looks whether the vehicle still charges.
_AGAIN_S = 60.0


def usual(place: Place, who: Customer) -> Story:
    """Plugs in and shows the card, whichever is first; leaves when it is time, whether the vehicle is full or not."""
    before_wh = place.energy_wh
    yield from _begins(place, who)
    yield _LOOK_S
    yield from _once_more(place, who)
    yield from _charges(place, who, before_wh)
    yield from _leaves(place, who)


def unplugs_at_once(place: Place, who: Customer) -> Story:
    """Has second thoughts, maybe before the relay has closed."""
    place.plug(who.power_w)
    yield 1.0
    yield from _swipes(place, who.card)
    yield who.between_s / 10
    place.unplug()


def swipes_twice(place: Place, who: Customer) -> Story:
    """Is not sure that the card was read: the second time stops what the first has started. The third time starts it."""
    before_wh = place.energy_wh
    yield from _begins(place, who)
    yield who.between_s / 4
    yield from _swipes(place, who.card)
    yield _LOOK_S
    yield from _once_more(place, who)
    yield from _charges(place, who, before_wh)
    yield from _leaves(place, who)


def walks_away(place: Place, who: Customer) -> Story:
    """Shows the card, and does not plug in."""
    yield from _swipes(place, who.card)


def other_card(place: Place, who: Customer) -> Story:
    """Somebody else tries to stop the charge with their card."""
    before_wh = place.energy_wh
    yield from _begins(place, who)
    yield _LOOK_S
    yield from _swipes(place, another_card(who.card))
    yield from _charges(place, who, before_wh)
    yield from _leaves(place, who)


def called(place: Place, who: Customer) -> Story:
    """Has started the charge from afar, with an app, and comes to plug in."""
    before_wh = place.energy_wh
    yield who.between_s
    if place.free:
        place.plug(who.power_w)
    yield _LOOK_S
    yield from _charges(place, who, before_wh)
    place.unplug()


def _begins(place: Place, who: Customer) -> Story:
    if not who.card_first:
        place.plug(who.power_w)
        yield who.between_s
    yield from _swipes(place, who.card)
    if who.card_first:
        yield who.between_s
        place.plug(who.power_w)


def _once_more(place: Place, who: Customer) -> Story:
    """The card again, if the charge has not begun."""
    if not place.charging:
        yield from _swipes(place, who.card)
        yield _LOOK_S


def _swipes(place: Place, card: str) -> Story:
    place.hold(card)
    yield _HOLD_S
    place.hold(None)
    # A reader that has seen no card for a moment takes the next one as a new one.
    yield _HOLD_S


def _charges(place: Place, who: Customer, before_wh: int) -> Story:
    """Until it is time, or the charge has ended: by the charger, or from afar. before_wh: the register when they came."""
    end_s = place.now_s + who.stays_s
    full = False
    while place.charging and place.now_s < end_s:
        missing_wh = who.wants_wh - (place.energy_wh - before_wh)
        if missing_wh <= 0 and not full:
            full = True
            place.draw(0)
        yield min(end_s - place.now_s, _AGAIN_S) if full else _next_look(place, who, missing_wh, end_s)


def _next_look(place: Place, who: Customer, missing_wh: int, end_s: float) -> float:
    return max(min(end_s - place.now_s, _AGAIN_S, missing_wh * 3600 / who.power_w), 1.0)


def _leaves(place: Place, who: Customer) -> Story:
    if who.ends_by_card and place.charging:
        yield from _swipes(place, who.card)
        yield 2.0
    place.unplug()


TOLD: Mapping[str, Callable[[Place, Customer], Story]] = {
    "usual": usual,
    # As usual; the card is refused, so they try it again and leave.
    "wrong_card": usual,
    "unplugs_at_once": unplugs_at_once,
    "swipes_twice": swipes_twice,
    "walks_away": walks_away,
    "other_card": other_card,
    # As usual; the charger has no network meanwhile (customers.py).
    "offline": usual,
    "called": called,
}
