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
FINISHING = "Finishing"
FAULTED = "Faulted"
UNAVAILABLE = "Unavailable"

# Events, with their argument.
CABLE_IN = 0
CABLE_OUT = 1
CARD = 2  # idTag
AUTHORIZED = 3  # (idTag, parentIdTag or None)
REFUSED = 4  # (idTag, why): by the central system, or because it could not be asked
REMOTE_START = 5  # idTag
STOP = 6  # the reason, one of OCPP's: ends a transaction, or what leads up to one
START_REFUSED = 7  # StartTransaction answered other than Accepted
PARENT = 8  # parentIdTag of the running transaction, from StartTransaction.conf
NO_ANSWER = 9  # Authorize has waited too long for its answer
CONNECTION_TIMEOUT = 10  # authorised, and no cable came
PERMIT_LOST = 11  # it lapsed unused, or was revoked by a fault that is cleared again
READER_LOST = 12  # the card reader has stopped working
FAULT = 13  # the interlock's fault
FAULT_CLEARED = 14
RESTART = 15  # the reason, SoftReset or HardReset: as STOP, and nothing starts afterwards

# Outputs, with their argument.
AUTHORIZE = 1  # idTag
LOCK = 2
UNLOCK = 3
PERMIT = 4
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
    "used",  # a transaction has begun since the cable was plugged in
    "by_card",  # `tag` was presented here, and can be presented again
    "restarting",  # the board is about to be reset
)
State = namedtuple("State", _FIELDS)


def initial(operative):
    """The state at boot: the cable counts as out until it has settled."""
    return State(AVAILABLE if operative else UNAVAILABLE, False, None, None, None, False, False, True, False)


def react(state, event, argument=None):
    """The next state and the outputs, a tuple of (output, argument)."""
    return REACTIONS[event](state, argument)


def status(phase):
    """The ChargePointStatus to report (SPEC 4.9)."""
    return PREPARING if phase == AUTHORIZING else phase


def waits(state):
    """The event that ends what `state` waits for when it takes too long: NO_ANSWER, CONNECTION_TIMEOUT (SPEC 9.1.6), or
    None."""
    if state.asking is not None:
        return NO_ANSWER
    return CONNECTION_TIMEOUT if state.phase == PREPARING and state.tag is not None else None


def can_start(state):
    """A remote start is possible: the connector is not in use, holds no cable, waits for none, and no restart is due."""
    return state.phase in (AVAILABLE, PREPARING, FINISHING) and state.tag is None and not state.restarting


def holds_cable(state):
    """The cable stays locked after a deauthorised transaction, until its own card (ERR 3.5)."""
    return state.phase == FINISHING and state.tag is not None


def _but(state, **changes):
    values = list(state)
    for name in changes:
        values[_FIELDS.index(name)] = changes[name]
    return State(*values)


def _same(id_tag, other):
    """idTags are compared without regard to case (SPEC 3.9)."""
    return other is not None and id_tag.upper() == other.upper()


def _idle(state):
    """The state between transactions that fits the cable."""
    if not state.plugged:
        phase = AVAILABLE
    elif state.used:
        phase = FINISHING
    else:
        phase = PREPARING
    return _but(state, phase=phase, tag=None, parent=None, asking=None, running=False)


def _begin(state, tag, parent):
    """Authorised and plugged in: the transaction starts. Whether energy flows is decided by the interlock.

    The permit comes last: a transaction that could not be recorded must not draw energy.
    """
    charging = _but(state, phase=CHARGING, tag=tag, parent=parent, asking=None, running=True, used=True)
    return charging, ((START, tag), (LOCK, None), (PERMIT, None))


def _end(state, reason, tag):
    ended = _idle(_but(state, used=True))
    return ended, ((REVOKE, None), (UNLOCK, None), (FINISH, (reason, tag)))


def _cable_in(state, _):
    state = _but(state, plugged=True, used=False)
    if state.phase == PREPARING and state.tag is not None:
        return _begin(state, state.tag, state.parent)
    if state.phase == AVAILABLE:
        return _but(state, phase=PREPARING), ()
    return state, ()


def _cable_out(state, _):
    state = _but(state, plugged=False)
    if state.phase == CHARGING:
        return _end(state, "EVDisconnected", None)
    if state.phase in (PREPARING, AUTHORIZING, FINISHING):
        # `asking` is cleared, so a later answer changes nothing.
        return _idle(state), ((UNLOCK, None),)
    return state, ()


def _card(state, tag):
    if state.restarting:
        return state, ()
    if state.phase == CHARGING:
        if _same(tag, state.tag):
            return _end(state, "Local", tag)
        return _but(state, asking=tag), ((AUTHORIZE, tag),)
    if holds_cable(state):
        if _same(tag, state.tag):
            return _idle(state), ((UNLOCK, None),)
        return _but(state, asking=tag), ((AUTHORIZE, tag),)
    if state.phase == PREPARING and _same(tag, state.tag):
        return _idle(state), ()
    if state.phase in (AVAILABLE, PREPARING, FINISHING):
        asking = _but(state, phase=AUTHORIZING, asking=tag, tag=None, parent=None, by_card=True)
        return asking, ((AUTHORIZE, tag),)
    return state, ()


def _authorized(state, answer):
    tag, parent = answer
    if tag != state.asking:
        return state, ()
    if state.phase == AUTHORIZING:
        return _accept(state, tag, parent)
    state = _but(state, asking=None)
    if parent is not None and _same(parent, state.parent):
        if state.phase == CHARGING:
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


def _no_answer(state, _):
    return _refused(state, (state.asking, "No Answer")) if state.asking is not None else (state, ())


def _remote_start(state, tag):
    return _accept(_but(state, by_card=False), tag, None) if can_start(state) else (state, ())


def _stop(state, reason):
    if state.running:
        return _end(state, reason, None)
    if state.phase in (PREPARING, AUTHORIZING) or holds_cable(state):
        return _idle(state), ((UNLOCK, None),)
    return state, ()


def _start_refused(state, _):
    if not state.running:
        return state, ()
    ended, outputs = _end(state, "DeAuthorized", None)
    if ended.plugged and state.by_card:
        # The cable stays locked (ERR 3.17): only its own card or that card's parent frees it. A tag from a remote start
        # may not be a card at all: its cable is unlocked.
        ended = _but(ended, tag=state.tag, parent=state.parent)
        outputs = tuple([output for output in outputs if output[0] != UNLOCK])
    return ended, outputs + ((NOTICE, "Rejected"),)


def _parent(state, parent):
    return (_but(state, parent=parent) if state.running else state), ()


def _connection_timeout(state, _):
    return (_idle(state) if waits(state) == CONNECTION_TIMEOUT else state), ()


def _permit_lost(state, _):
    return _end(state, "Other", None) if state.running else (state, ())


def _reader_lost(state, _):
    """A transaction ends and a held cable is freed: no card could do that now.

    A card that was accepted before may charge, but does not hold its cable (ERR 3.17), even if the reader works again by
    then: that it still works when the card is back is not known.
    """
    state = _but(state, by_card=False)
    if state.running or holds_cable(state):
        return _stop(state, "Other")
    return state, ()


def _fault(state, fault):
    outputs = ((REVOKE, None), (UNLOCK, None))
    if state.running:
        state, outputs = _end(state, "EmergencyStop" if fault == "EmergencyStop" else "Other", None)
    if state.phase == UNAVAILABLE:
        return state, outputs
    return _but(_idle(state), phase=FAULTED), outputs


def _fault_cleared(state, _):
    return (_idle(state) if state.phase == FAULTED else state), ()


def _restart(state, reason):
    state, outputs = _stop(state, reason)
    return _but(state, restarting=True), outputs


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
    _no_answer,
    _connection_timeout,
    _permit_lost,
    _reader_lost,
    _fault,
    _fault_cleared,
    _restart,
)
