# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The connector by itself: every state that any sequence of events leads to, and what must be true in each of them."""

from collections import namedtuple
from functools import cache

import pytest
from charger import connector

from docs.state_diagram import EVENTS

NAMES = tuple(EVENTS)
# A connector's state with what its outputs have made of permit, lock and transaction.
Situation = namedtuple("Situation", "state permit locked recorded")
Step = namedtuple("Step", "before event argument outputs after")
START = {
    operative: Situation(connector.initial(operative), False, False, False) for operative in (True, False)
}


def step(situation, event, argument=None):
    state, outputs = connector.react(situation.state, getattr(connector, event), argument)
    _, permit, locked, recorded = situation
    for output, _ in outputs:
        if output in (connector.PERMIT, connector.REVOKE):
            permit = output == connector.PERMIT
        elif output in (connector.LOCK, connector.UNLOCK):
            locked = output == connector.LOCK
        elif output in (connector.START, connector.FINISH):
            recorded = output == connector.START
    return Step(situation, event, argument, outputs, Situation(state, permit, locked, recorded))


@cache
def explored(operative):
    """Every step from every situation, breadth first. The cable goes in where it is out, and out where it is in."""
    waiting, steps = [START[operative]], []
    seen = set(waiting)
    for situation in waiting:
        for event, arguments in EVENTS.items():
            if event == ("CABLE_IN" if situation.state.plugged else "CABLE_OUT"):
                continue
            for argument in arguments:
                found = step(situation, event, argument)
                steps.append(found)
                if found.after not in seen:
                    seen.add(found.after)
                    waiting.append(found.after)
    return steps


STEPS = [*explored(True), *explored(False)]
SITUATIONS = list(dict.fromkeys([*START.values(), *(found.after for found in STEPS)]))
FREE = [each for each in SITUATIONS if not each.state.restarting]


def does(found, *outputs):
    return any(output in outputs for output, _ in found.outputs)


def leads_to(situation, events, wanted):
    """Some sequence of these (event, argument) leads to a situation that is `wanted`."""
    waiting = [situation]
    for each in waiting:
        if wanted(each):
            return True
        for event, argument in events:
            if event == ("CABLE_IN" if each.state.plugged else "CABLE_OUT"):
                continue
            after = step(each, event, argument).after
            if after not in waiting:
                waiting.append(after)
    return False


def test_the_search_finds_what_there_is_to_find():
    phases = {each.state.phase for each in SITUATIONS}
    pairs = {(found.before.state.phase, found.event) for found in STEPS}
    changing = {(f.before.state.phase, f.event) for f in STEPS if f.after != f.before or f.outputs}
    # Counted: a search that misses some would make every other test here weaker. New with each event, argument or field.
    assert (len(phases), len(SITUATIONS)) == (7, 96)
    assert (len(EVENTS), len(STEPS)) == (16, 2016)
    assert (len(pairs), len(changing)) == (109, 57)


def test_there_is_a_permit_exactly_while_a_transaction_runs_and_is_recorded():
    for each in SITUATIONS:
        assert each.permit == each.state.running == each.recorded == (each.state.phase == "Charging"), each


def test_a_transaction_runs_only_with_a_cable_and_in_the_name_of_a_tag():
    for each in SITUATIONS:
        if each.state.running:
            assert each.state.plugged, each
            assert each.state.tag is not None, each


def test_the_cable_is_locked_exactly_while_a_transaction_runs_or_a_card_that_can_free_it_holds_it():
    for each in SITUATIONS:
        held = connector.holds_cable(each.state)
        assert each.locked == (each.state.running or held), each
        assert not held or each.state.by_card, each


def test_a_held_cable_is_freed_by_its_card_and_its_group_and_by_no_other_card():
    held = [each for each in FREE if connector.holds_cable(each.state)]
    assert held
    for each in held:
        tag, other = each.state.tag, {"A": "B", "B": "A"}[each.state.tag]
        assert not step(each, "CARD", tag).after.locked
        asked = step(each, "CARD", other).after
        assert asked.locked
        assert step(asked, "AUTHORIZED", (other, None)).after.locked
        freed = not step(asked, "AUTHORIZED", (other, "GROUP")).after.locked
        assert freed == (each.state.parent == "GROUP"), each


def test_the_lock_comes_before_the_permit_and_goes_after_it():
    for found in STEPS:
        outputs = [output for output, _ in found.outputs]
        if connector.PERMIT in outputs:
            assert outputs == [connector.START, connector.LOCK, connector.PERMIT], found
        if connector.FINISH in outputs:
            assert outputs[0] == connector.REVOKE, found
            assert outputs.index(connector.REVOKE) < outputs.index(connector.FINISH), found


@pytest.mark.parametrize(
    "events",
    [
        [("CABLE_OUT", None)],
        [("STOP", "Remote")],
        [("CARD", "A"), ("CARD", "B")],
        [("PERMIT_LOST", None)],
        [("READER_LOST", None)],
        [("FAULT", "EmergencyStop")],
        [("RESTART", "HardReset")],
    ],
    ids=lambda events: events[0][0],
)
def test_every_transaction_can_be_ended(events):
    for each in FREE:
        # A restart has ended it already; who is unknown here needs the cable or the central system.
        if each.state.running and (each.state.by_card or events[0][0] != "CARD"):
            assert leads_to(each, events, lambda now: not now.state.running), each


def test_a_fault_ends_everything_and_nothing_begins_before_it_is_cleared():
    for found in STEPS:
        if found.event == "FAULT":
            assert found.after[1:] == (False, False, False), found
            assert found.after.state.phase in ("Faulted", "Unavailable"), found
        if found.before.state.phase in ("Faulted", "Unavailable"):
            assert not does(found, connector.START, connector.PERMIT, connector.LOCK), found
            assert found.event == "FAULT_CLEARED" or found.after.state.phase == found.before.state.phase, (
                found
            )


def test_no_phase_is_a_dead_end():
    """Taking the cable out, waiting and clearing the fault lead back to Available, and there a card is sent."""
    ways_out = [
        ("CABLE_OUT", None),
        ("NO_ANSWER", None),
        ("CONNECTION_TIMEOUT", None),
        ("FAULT_CLEARED", None),
    ]

    def usable(now):
        return now.state.phase == "Available" and does(step(now, "CARD", "A"), connector.AUTHORIZE)

    for each in FREE:
        if each.state.phase != "Unavailable":
            assert leads_to(each, ways_out, usable), each


def test_an_unavailable_connector_stays_so():
    assert {each.after.state.phase for each in explored(False)} == {"Unavailable"}


def test_before_a_restart_nothing_starts_any_more():
    for found in STEPS:
        if found.before.state.restarting:
            assert found.after.state.restarting, found
            assert not does(found, connector.START, connector.AUTHORIZE, connector.LOCK), found
            assert not connector.can_start(found.before.state), found


def test_only_an_accepted_card_and_a_remote_start_lead_to_a_transaction():
    """Perhaps by way of a cable that is awaited."""
    for found in STEPS:
        if does(found, connector.START):
            assert found.event in ("AUTHORIZED", "REMOTE_START", "CABLE_IN"), found
            assert found.event != "CABLE_IN" or connector.waits(found.before.state) is not None, found
            assert found.before.state.tag is None or found.event == "CABLE_IN", found


def test_a_remote_start_begins_exactly_where_one_can():
    for found in STEPS:
        if found.event == "REMOTE_START":
            assert (found.after != found.before) == connector.can_start(found.before.state), found


def test_each_wait_is_ended_by_the_event_that_it_names():
    waits = set()
    for each in SITUATIONS:
        event = connector.waits(each.state)
        if event is not None:
            waits.add(NAMES[event])
            assert connector.waits(step(each, NAMES[event]).after.state) is None, each
    assert waits == {"NO_ANSWER", "CONNECTION_TIMEOUT"}


def test_a_card_is_sent_exactly_when_its_answer_is_awaited_from_then_on():
    for found in STEPS:
        sent = [tag for output, tag in found.outputs if output == connector.AUTHORIZE]
        asking = found.after.state.asking
        if asking not in (None, found.before.state.asking):
            assert sent == [asking], found
        if sent:
            # Also a card that is presented once more while its answer is awaited.
            assert (found.event, found.argument) == ("CARD", asking), found
            assert sent == [asking], found


def test_a_fault_and_a_lost_permit_leave_neither_a_tag_nor_an_awaited_answer():
    for found in STEPS:
        if found.event == "FAULT" or (found.event == "PERMIT_LOST" and found.before.state.running):
            assert (found.after.state.tag, found.after.state.asking) == (None, None), found


def test_an_id_tag_is_the_same_in_upper_and_lower_case():
    """SPEC 3.9."""
    own = [each for each in FREE if each.state.tag is not None]
    assert {each.state.phase for each in own} == {"Preparing", "Charging", "Finishing"}
    for each in own:
        tag = each.state.tag
        assert step(each, "CARD", tag.lower()).after == step(each, "CARD", tag).after, each
        asking = each.state.asking
        if each.state.parent == "GROUP" and asking is not None:
            assert (
                step(each, "AUTHORIZED", (asking, "group")).after
                == step(each, "AUTHORIZED", (asking, "GROUP")).after
            ), each


def test_an_answer_to_another_card_than_the_one_asked_about_changes_nothing():
    for found in STEPS:
        if found.event in ("AUTHORIZED", "REFUSED") and found.argument[0] != found.before.state.asking:
            assert (found.after, found.outputs) == (found.before, ()), found


def test_a_card_lost_to_a_broken_reader_holds_no_cable():
    for found in STEPS:
        if found.event == "READER_LOST":
            assert not found.after.locked, found
            assert not step(found.after, "START_REFUSED").after.locked, found


# The events that change nothing in any state of a phase, by name; every other pair changes something in one.
SILENT = {
    "Available": "AUTHORIZED REFUSED STOP START_REFUSED PARENT NO_ANSWER CONNECTION_TIMEOUT PERMIT_LOST FAULT_CLEARED",
    "Preparing": "AUTHORIZED REFUSED START_REFUSED PARENT NO_ANSWER PERMIT_LOST FAULT_CLEARED",
    "Authorizing": "CARD REMOTE_START START_REFUSED PARENT CONNECTION_TIMEOUT PERMIT_LOST FAULT_CLEARED",
    "Charging": "REMOTE_START CONNECTION_TIMEOUT FAULT_CLEARED",
    "Finishing": "START_REFUSED PARENT CONNECTION_TIMEOUT PERMIT_LOST FAULT_CLEARED",
    "Faulted": "CARD AUTHORIZED REFUSED REMOTE_START STOP START_REFUSED PARENT NO_ANSWER CONNECTION_TIMEOUT"
    " PERMIT_LOST",
    "Unavailable": "CARD AUTHORIZED REFUSED REMOTE_START STOP START_REFUSED PARENT NO_ANSWER CONNECTION_TIMEOUT"
    " PERMIT_LOST FAULT_CLEARED",
}


@pytest.mark.parametrize("phase", SILENT)
def test_every_event_was_tried_in_every_phase_and_those_that_change_nothing_are_these(phase):
    tried, changing = set(), set()
    for found in STEPS:
        if found.before.state.phase == phase:
            tried.add(found.event)
            if found.after != found.before or found.outputs:
                changing.add(found.event)
    # A cable that is in cannot come in once more, and the other way round.
    impossible = {"Available": {"CABLE_OUT"}, "Charging": {"CABLE_IN"}, "Finishing": {"CABLE_IN"}}
    assert set(EVENTS) - tried == impossible.get(phase, set())
    assert [event for event in EVENTS if event in tried - changing] == SILENT[phase].split()
