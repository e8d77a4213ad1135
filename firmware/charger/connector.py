# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The connector's state machine: (state, event) -> (state, outputs). Pure: it reads nothing and drives nothing.

An event is one of the constants below with an argument; the outputs are (output, argument) pairs for the controller
to carry out in that order. An event that means nothing in a state changes nothing.
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
CABLE_IN = 1
CABLE_OUT = 2
CARD = 3  # idTag
AUTHORIZED = 4  # (idTag, parentIdTag or None)
REFUSED = 5  # (idTag, why): by the central system, or nobody could be asked
REMOTE_START = 6  # idTag
STOP = 7  # the reason, one of OCPP's: ends a transaction, and whatever leads up to one
START_REFUSED = 8  # StartTransaction answered other than Accepted
PARENT = 9  # parentIdTag of the running transaction, from StartTransaction.conf
CONNECTION_TIMEOUT = 10  # authorised, and no cable came
FAULT = 11  # the stop reason that goes with it
FAULT_CLEARED = 12

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
    "used",  # a transaction has ended since the cable was plugged in
    "by_card",  # `tag` was presented here, so it can be presented again
)
State = namedtuple("State", _FIELDS)


def initial(operative):
    """The state at boot: the cable counts as out until it has settled."""
    return State(AVAILABLE if operative else UNAVAILABLE, False, None, None, None, False, False, True)


def react(state, event, argument=None):
    """The next state and the outputs, a tuple of (output, argument)."""
    return _REACTIONS[event](state, argument)


def status(state):
    """The ChargePointStatus to report (SPEC 4.9)."""
    return PREPARING if state.phase == AUTHORIZING else state.phase


def waits_for_cable(state):
    """Authorised, and nothing plugged in yet: ConnectionTimeOut runs (SPEC 9.1.6)."""
    return state.phase == PREPARING and state.tag is not None and not state.plugged


def can_start(state):
    """A RemoteStartTransaction can be accepted: nobody charges, holds the cable, or is authorised and about to plug in."""
    return state.phase in (AVAILABLE, PREPARING, FINISHING) and state.tag is None


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
    """Authorised and plugged in: the transaction starts. Whether energy flows is the interlock's word.

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
        # An answer that comes later finds nobody waiting for it.
        return _idle(state), ((UNLOCK, None),)
    return state, ()


def _card(state, tag):
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
        # The cable stays locked (ERR 3.17): only its own card or that card's parent opens it. A tag that nobody
        # presented here may be no card at all: its cable is let go.
        ended = _but(ended, tag=state.tag, parent=state.parent)
        outputs = tuple([output for output in outputs if output[0] != UNLOCK])
    return ended, outputs + ((NOTICE, "Rejected"),)


def _parent(state, parent):
    return (_but(state, parent=parent) if state.running else state), ()


def _connection_timeout(state, _):
    return (_idle(state) if waits_for_cable(state) else state), ()


def _fault(state, reason):
    outputs = ((REVOKE, None), (UNLOCK, None))
    if state.running:
        state, outputs = _end(state, reason, None)
    if state.phase == UNAVAILABLE:
        return state, outputs
    return _but(_idle(state), phase=FAULTED), outputs


def _fault_cleared(state, _):
    return (_idle(state) if state.phase == FAULTED else state), ()


_REACTIONS = {
    CABLE_IN: _cable_in,
    CABLE_OUT: _cable_out,
    CARD: _card,
    AUTHORIZED: _authorized,
    REFUSED: _refused,
    REMOTE_START: _remote_start,
    STOP: _stop,
    START_REFUSED: _start_refused,
    PARENT: _parent,
    CONNECTION_TIMEOUT: _connection_timeout,
    FAULT: _fault,
    FAULT_CLEARED: _fault_cleared,
}
