# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The connector's state machine: (state, event) -> (state, outputs). Pure: it reads nothing and drives nothing.

An event is one of the constants below with an argument; the outputs are (output, argument) pairs for the controller
to carry out in that order. An event without a meaning in a state changes nothing.
"""

from collections import namedtuple

# Phases. All but AUTHORIZING are ChargePointStatus values; it is reported as Preparing.
AVAILABLE = "Available"
PREPARING = "Preparing"
AUTHORIZING = "Authorizing"
CHARGING = "Charging"
# The transaction goes on without energy: its start was refused. In the view also CHARGING, and the relay may not close yet.
SUSPENDED = "SuspendedEVSE"
# The transaction goes on without energy until the cable is in: it was unplugged from the vehicle. In the view also CHARGING,
# and the vehicle draws nothing.
SUSPENDED_EV = "SuspendedEV"
FINISHING = "Finishing"
FAULTED = "Faulted"
UNAVAILABLE = "Unavailable"

# Events, with their argument.
CABLE_IN = 0
CABLE_OUT = 1  # (a transaction ends, its cable is unlocked): {Stop,UnlockConnector}OnEVSideDisconnect
CARD = 2  # idTag
AUTHORIZED = 3  # (idTag, parentIdTag or None)
REFUSED = 4  # (idTag, why): by the central system, or because it could not be asked
REMOTE_START = 5  # (idTag, it starts without an Authorize)
STOP = 6  # the reason, one of OCPP's: ends a transaction, or what leads up to one
# StartTransaction answered other than Accepted: (parentIdTag or None, the transaction ends: else only its energy).
START_REFUSED = 7
PARENT = 8  # parentIdTag of the running transaction, from StartTransaction.conf
# The service button: None. A card that the central system does not answer: idTag. Ends what no card of its own can end.
RELEASE = 9
CONNECTION_TIMEOUT = 10  # what `waits` names did not come
PERMIT_LOST = 11  # it lapsed unused, or was revoked by a fault that is cleared again
READER_LOST = 12  # the card reader has stopped working
FAULT = 13  # the interlock's fault
FAULT_CLEARED = 14
RESTART = 15  # the reason, SoftReset or HardReset: as STOP, and nothing starts afterwards
AVAILABILITY = 16  # operative or not, by the central system (SPEC 5.2)

# Outputs, with their argument.
AUTHORIZE = 1  # idTag
LOCK = 2
UNLOCK = 3
PERMIT = 4  # True: the transaction went on without one, so this one does not lapse
REVOKE = 5
START = 6  # idTag
FINISH = 7  # (reason, idTag or None)
NOTICE = 8  # text for the display

_FIELDS = (
    "phase",
    "plugged",  # as a person sees the cable, glitches aside
    "tag",  # whose transaction runs, whose cable is held, or who is authorised and has no cable yet
    "parent",  # parentIdTag of `tag`, None when unknown
    "asking",  # the idTag whose Authorize is under way
    "running",  # a transaction is open
    "used",  # since the cable was plugged in a transaction has begun, or no card came in time
    "by_card",  # `tag` was presented here, and can be presented again
    "restarting",  # the board is about to be reset
    "operative",  # False: Unavailable between transactions. None: always, by a mistake in the settings
)
State = namedtuple("State", _FIELDS)

_OUT_OF_SERVICE = "Out of Service"


def initial(operative):
    """The state at boot: the cable counts as out until it has settled. `operative`: as in _FIELDS."""
    phase = AVAILABLE if operative else UNAVAILABLE
    return State(phase, False, None, None, None, False, False, True, False, operative)


def react(state, event, argument=None):
    """The next state and the outputs, a tuple of (output, argument)."""
    return REACTIONS[event](state, argument)


def status(phase):
    """The ChargePointStatus to report (SPEC 4.9)."""
    return PREPARING if phase == AUTHORIZING else phase


def waits(state):
    """What a person has to do within ConnectionTimeOut (SPEC 9.1.6): CABLE_IN, CARD, or None. The refusal of a card does not
    start the time anew, nor does another's card."""
    if state.phase == PREPARING and state.tag is not None:
        return CABLE_IN
    # Not `in`, in a pass that changes nothing: that makes a tuple.
    waits = state.plugged and not state.used and (state.phase == PREPARING or state.phase == AUTHORIZING)
    return CARD if waits else None


def can_start(state):
    """A remote start is possible: the connector is not in use, holds no cable, waits for none, and no restart is due."""
    return state.phase in (AVAILABLE, PREPARING, FINISHING) and state.tag is None and not state.restarting


def holds_cable(state):
    """The cable stays locked after its transaction, until its own card (SPEC 4.10, ERR 3.5)."""
    return state.phase == FINISHING and state.tag is not None


def _but(state, **changes):
    values = list(state)
    for name in changes:
        values[_FIELDS.index(name)] = changes[name]
    return State(*values)


def _same(id_tag, other):
    """idTags are compared without regard to case (SPEC 3.9)."""
    return other is not None and id_tag.upper() == other.upper()


def _idle(state, used=None):
    """The state between transactions that fits the cable, and what the central system wants (SPEC 5.2)."""
    if used is None:
        used = state.used
    phase = AVAILABLE
    if not state.operative:
        phase = UNAVAILABLE
    elif state.plugged:
        phase = FINISHING if used else PREPARING
    # Not by _but, here and in _begin: no other chains of calls are as deep.
    return State(
        phase, state.plugged, None, None, None, False, used, state.by_card, state.restarting, state.operative
    )


def _withdraw(state):
    """Who was authorised is so no longer. A card that was presented meanwhile still gets its answer."""
    if state.asking is None:
        return _idle(state)
    return _but(state, phase=AUTHORIZING, tag=None, parent=None, by_card=True)


def _begin(state, tag, parent):
    """Authorised and plugged in: the transaction starts. Whether energy flows is decided by the interlock.

    The permit comes last: a transaction that could not be recorded must not draw energy.
    """
    charging = State(
        CHARGING, state.plugged, tag, parent, None, True, True, state.by_card, state.restarting, True
    )
    return charging, ((START, tag), (LOCK, None), (PERMIT, None))


def _end(state, reason, tag):
    return _idle(state, True), ((REVOKE, None), (UNLOCK, None), (FINISH, (reason, tag)))


def _end_and_hold(state, reason):
    """The transaction ends, and only its own card or that card's parent frees the cable. A tag from a remote start may
    not be a card at all: its cable is unlocked."""
    if not state.by_card:
        return _end(state, reason, None)
    held = State(
        FINISHING,
        state.plugged,
        state.tag,
        state.parent,
        None,
        False,
        True,
        True,
        state.restarting,
        state.operative,
    )
    return held, ((REVOKE, None), (FINISH, (reason, None)))


def _cable_in(state, _):
    # With a transaction, or held after one, it is a cable that has been used.
    state = _but(state, plugged=True, used=state.running or state.phase == FINISHING)
    if state.phase == PREPARING and state.tag is not None:
        return _begin(state, state.tag, state.parent)
    if state.phase == SUSPENDED_EV:
        return _but(state, phase=CHARGING), ((LOCK, None), (PERMIT, True))
    if state.phase == AVAILABLE:
        return _but(state, phase=PREPARING), ()
    return state, ()


def _cable_out(state, consequences):
    ends, unlocks = consequences
    state = _but(state, plugged=False)
    if state.running:
        if not ends:
            # Whatever `unlocks` says (SPEC 4.10). What the charge point suspends outranks what the vehicle does (SPEC 4.9).
            return _but(state, phase=SUSPENDED if state.phase == SUSPENDED else SUSPENDED_EV), (
                (REVOKE, None),
            )
        return _end(state, "EVDisconnected", None) if unlocks else _end_and_hold(state, "EVDisconnected")
    if holds_cable(state) and not unlocks:
        return state, ()
    if state.phase in (PREPARING, AUTHORIZING, FINISHING):
        # `asking` is cleared, so a later answer changes nothing.
        return _idle(state), ((UNLOCK, None),)
    return state, ()


def _card(state, tag):
    if state.restarting:
        return state, ()
    if state.phase in (FAULTED, UNAVAILABLE):
        # The notice of a mistake in the settings stays.
        refused = state.phase == UNAVAILABLE and state.operative is not None
        return state, ((NOTICE, _OUT_OF_SERVICE),) if refused else ()
    if state.phase == AUTHORIZING and _same(tag, state.asking):
        # Also one that a remote start has named: now it is known as a card.
        return _but(state, by_card=True), ()
    if _same(tag, state.tag):
        if state.running:
            return _end(state, "Local", tag)
        if holds_cable(state):
            return _idle(state), ((UNLOCK, None),)
        # Its first presentation: so far only a remote start has named it.
        return (_withdraw(state) if state.by_card else _but(state, by_card=True)), ()
    if state.tag is None:
        state = _but(state, phase=AUTHORIZING, by_card=True)
    # Else it changes nothing for who charges, holds the cable or is authorised, whatever the answer is (SPEC 4.9 B1).
    # It takes the place of another card that has no answer yet.
    return _but(state, asking=tag), ((AUTHORIZE, tag),)


def _authorized(state, answer):
    tag, parent = answer
    if tag != state.asking:
        return state, ()
    if state.phase == AUTHORIZING:
        return _accept(state, tag, parent)
    state = _but(state, asking=None)
    if parent is not None and _same(parent, state.parent):
        if state.running:
            return _end(state, "Local", tag)
        if holds_cable(state):
            return _idle(state), ((UNLOCK, None),)
    return state, ((NOTICE, "In Use"),)


def _accept(state, tag, parent):
    if state.plugged:
        return _begin(state, tag, parent)
    return _but(state, phase=PREPARING, tag=tag, parent=parent, asking=None), ()


def _refused(state, answer):
    tag, why = answer
    if tag != state.asking:
        return state, ()
    if state.phase == AUTHORIZING:
        return _idle(state), ((NOTICE, why),)
    return _but(state, asking=None), ((NOTICE, why),)


def _release(state, tag):
    """No customer is locked in: with the network gone, one who started remotely has no other way to end the charge."""
    if tag is None or (tag == state.asking and not state.by_card):
        if state.running:
            return _end(state, "Local", tag)
        if holds_cable(state):
            return _idle(state), ((UNLOCK, None),)
    return state, ()


def _remote_start(state, request):
    if not can_start(state):
        return state, ()
    state = _but(state, by_card=False)
    tag, authorized = request
    if authorized:
        return _accept(state, tag, None)
    # As if its card were presented here (SPEC 5.11).
    return _but(state, phase=AUTHORIZING, asking=tag), ((AUTHORIZE, tag),)


def _stop(state, reason):
    if state.running:
        return _end(state, reason, None)
    if state.phase in (PREPARING, AUTHORIZING) or holds_cable(state):
        return _idle(state), ((UNLOCK, None),)
    return state, ()


def _start_refused(state, answer):
    """ERR 3.17."""
    if not state.running:
        return state, ()
    parent, ends = answer
    state, _ = _parent(state, parent)
    if ends:
        state, outputs = _end_and_hold(state, "DeAuthorized")
    else:
        state, outputs = _but(state, phase=SUSPENDED), ((REVOKE, None),)
    return state, outputs + ((NOTICE, "Rejected"),)


def _parent(state, parent):
    """The last answer that names one counts."""
    return (_but(state, parent=parent) if state.running and parent is not None else state), ()


def _connection_timeout(state, _):
    awaited = waits(state)
    if awaited == CABLE_IN:
        state = _withdraw(state)
    elif awaited == CARD:
        # Finishing (ERR 3.20); a card that is just being asked about is answered first.
        state = _but(state, used=True)
        if state.phase == PREPARING:
            state = _idle(state)
    return state, ()


def _permit_lost(state, _):
    return _end(state, "Other", None) if state.phase == CHARGING else (state, ())


def _reader_lost(state, _):
    """A transaction ends and a held cable is freed: no card could do that now.

    A card that was accepted before may charge, but does not hold its cable (ERR 3.17), even if the reader works again by
    then: that it still works when the card is back is not known. Another card that is asked about meanwhile is forgotten.
    """
    state = _but(state, by_card=False, asking=state.asking if state.tag is None else None)
    if state.running or holds_cable(state):
        return _stop(state, "Other")
    return state, ()


def _fault(state, fault):
    outputs = ((REVOKE, None), (UNLOCK, None))
    if state.running:
        state, outputs = _end(state, "EmergencyStop" if fault == "EmergencyStop" else "Other", None)
    if state.operative is None:
        return state, outputs
    return _but(_idle(state), phase=FAULTED), outputs


def _fault_cleared(state, _):
    return (_idle(state) if state.phase == FAULTED else state), ()


def _restart(state, reason):
    state, outputs = _stop(state, reason)
    return _but(state, restarting=True), outputs


def _availability(state, operative):
    """A transaction, and a cable that is held, come to their end first; a fault outranks it."""
    if state.operative is None or state.operative == operative:
        return state, ()
    bound = state.running or holds_cable(state) or state.phase == FAULTED
    waited = state.tag is not None or state.asking is not None
    state = _but(state, operative=operative)
    if bound:
        return state, ()
    return _idle(state), ((NOTICE, _OUT_OF_SERVICE),) if waited else ()


# By the number of the event, whose name each has in lower case.
REACTIONS = (
    _cable_in,
    _cable_out,
    _card,
    _authorized,
    _refused,
    _remote_start,
    _stop,
    _start_refused,
    _parent,
    _release,
    _connection_timeout,
    _permit_lost,
    _reader_lost,
    _fault,
    _fault_cleared,
    _restart,
    _availability,
)
