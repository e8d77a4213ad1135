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
RUNNING = ("Charging", "SuspendedEV", "SuspendedEVSE")
# What the two keys of OCPP say about an unplugged vehicle, when they are as they are at first.
UNPLUGGED = ("CABLE_OUT", (True, True))
START = {
    operative: Situation(connector.initial(operative), False, False, False) for operative in (True, None)
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


STEPS = [*explored(True), *explored(None)]
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
    assert (len(phases), len(SITUATIONS)) == (9, 280)
    assert (len(EVENTS), len(STEPS)) == (17, 9052)
    assert (len(pairs), len(changing)) == (150, 94)


@pytest.mark.requirement("SPEC 4.1", "Energy only after authorisation, in a transaction that is recorded")
def test_there_is_a_permit_exactly_while_a_transaction_runs_and_is_recorded():
    for each in SITUATIONS:
        assert each.permit == (each.state.phase == "Charging"), each
        assert each.state.running == each.recorded == (each.state.phase in RUNNING), each


def test_a_transaction_draws_energy_only_with_a_cable_and_in_the_name_of_a_tag():
    for each in SITUATIONS:
        assert each.state.plugged or not each.permit, each
        if each.state.running:
            assert each.state.tag is not None, each


def test_the_cable_is_locked_exactly_while_a_transaction_runs_or_a_card_that_can_free_it_holds_it():
    for each in SITUATIONS:
        held = connector.holds_cable(each.state)
        assert each.locked == (each.state.running or held), each
        assert not held or each.state.by_card, each


@pytest.mark.requirement("behaviour 11", "A held cable is freed by its card or one of its parent")
@pytest.mark.requirement("ERR 3.5", "Its card or its group frees a held cable")
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


def strangers(situation):
    """Every situation that other cards lead to, whatever the central system answers about them, or does not."""
    own = situation.state.tag
    other = "B" if own == "A" else "A"
    events = [("CARD", other), ("REFUSED", (other, "Rejected")), ("AUTHORIZED", (other, None))]
    if situation.state.by_card:
        events.append(("RELEASE", other))
    if situation.state.parent is None:
        events.append(("AUTHORIZED", (other, "GROUP")))
    found = [situation]
    for each in found:
        for after in (step(each, *event).after for event in events):
            if after not in found:
                found.append(after)
    return found


def test_no_sequence_of_other_cards_changes_whose_authorisation_transaction_or_cable_it_is():
    """SPEC 4.9 B1: local or remote, with and without a cable. While nobody answers, a remote charge is the exception."""
    own = [each for each in FREE if each.state.tag is not None]
    assert {each.state.phase for each in own} == {"Preparing", *RUNNING, "Finishing"}
    assert {each.state.by_card for each in own if each.state.phase == "Preparing"} == {True, False}
    for each in own:
        for after in strangers(each):
            assert after._replace(state=after.state._replace(asking=each.state.asking)) == each, (each, after)
            assert connector.waits(after.state) == connector.waits(each.state), (each, after)


def test_only_its_own_card_the_plug_and_the_time_out_end_a_waiting_authorisation():
    """Beside a fault, a restart and the central system that takes the connector out of service."""
    ends = set()
    for found in STEPS:
        before, after = found.before.state, found.after.state
        if before.phase == "Preparing" and before.tag not in (None, after.tag):
            ends.add(found.event)
            assert found.event != "CARD" or found.argument == before.tag, found
    assert ends == {"CARD", "CONNECTION_TIMEOUT", "STOP", "FAULT", "RESTART", "AVAILABILITY"}


def test_a_card_that_is_asked_about_when_an_authorisation_ends_can_still_be_accepted():
    asked = [
        each
        for each in FREE
        if each.state.phase == "Preparing" and None not in (each.state.tag, each.state.asking)
    ]
    assert asked
    for each in asked:
        present = step(each, "CARD", each.state.tag).after if not each.state.by_card else each
        for ending in (("CONNECTION_TIMEOUT", None), ("CARD", each.state.tag)):
            now = step(present, *ending).after
            assert (now.state.phase, now.state.tag, now.state.asking) == (
                "Authorizing",
                None,
                each.state.asking,
            )
            accepted = step(now, "AUTHORIZED", (each.state.asking, None)).after.state
            assert (accepted.phase, accepted.tag, accepted.by_card) == ("Preparing", each.state.asking, True)


def test_a_card_that_a_remote_start_has_named_ends_the_wait_only_when_it_is_presented_again():
    """Its first presentation shows that it is a card; the second is the one that ends the wait."""
    named = [each for each in FREE if each.state.phase == "Preparing" and each.state.tag is not None]
    assert {each.state.by_card for each in named} == {True, False}
    for each in named:
        if not each.state.by_card:
            first = step(each, "CARD", each.state.tag)
            assert first.after == each._replace(state=each.state._replace(by_card=True))
            assert first.outputs == ()
            each = first.after
        assert step(each, "CARD", each.state.tag).after.state.tag is None


def test_a_card_takes_the_place_of_another_one_that_is_asked_about():
    asked = [each for each in FREE if each.state.phase == "Authorizing"]
    assert asked
    for each in asked:
        own = each.state.asking
        other = {"A": "B", "B": "A"}[own]
        # Its own presentation changes nothing, but that one which a remote start has named is known as a card.
        assert step(each, "CARD", own).after == each._replace(state=each.state._replace(by_card=True))
        found = step(each, "CARD", other)
        assert found.outputs == ((connector.AUTHORIZE, other),)
        assert (found.after.state.phase, found.after.state.asking) == ("Authorizing", other)
        assert step(found.after, "AUTHORIZED", (own, None)).after == found.after


def test_an_answer_without_a_parent_does_not_replace_a_known_one():
    for found in STEPS:
        if (found.event, found.argument) == ("PARENT", None):
            assert found.after == found.before, found


def test_the_parent_of_a_refused_start_frees_the_cable():
    """ERR 3.5, also when the answer to Authorize named another group, or none."""
    running = [each for each in FREE if each.state.running and each.state.by_card]
    assert {each.state.parent for each in running} == {None, "GROUP"}
    for each in running:
        held = step(each, "START_REFUSED", ("LATER", True)).after
        other = "B" if each.state.tag == "A" else "A"
        asked = step(held, "CARD", other).after
        assert step(asked, "AUTHORIZED", (other, "GROUP")).after.locked
        assert not step(asked, "AUTHORIZED", (other, "LATER")).after.locked


def test_from_every_running_state_and_every_held_cable_a_local_action_leads_out_without_a_network():
    def free(situation, *events):
        for event in events:
            situation = step(situation, *event).after
        return not (situation.state.running or situation.locked or situation.permit)

    bound = [each for each in SITUATIONS if each.state.running or each.locked]
    assert {each.state.phase for each in bound} == {*RUNNING, "Finishing"}
    for each in bound:
        assert free(each, ("RELEASE", None)), each
        if each.state.by_card:
            assert free(each, ("CARD", each.state.tag)), each
        else:
            assert free(each, ("CARD", "C"), ("RELEASE", "C")), each


def test_a_card_that_nobody_knows_ends_only_what_no_card_of_its_own_can_end():
    for found in STEPS:
        if found.event == "RELEASE" and found.argument is not None and found.after != found.before:
            assert found.before.state.running, found
            assert not found.before.state.by_card, found
            assert found.before.state.asking == found.argument, found
            assert (connector.FINISH, ("Local", found.argument)) in found.outputs, found


@pytest.mark.requirement("behaviour 21", "A cable without a card ends in Finishing")
@pytest.mark.requirement("ERR 3.20", "A cable without a card ends in Finishing")
def test_a_cable_for_which_no_card_comes_ends_in_finishing_and_may_still_charge():
    """ERR 3.20."""
    waiting = [each for each in FREE if connector.waits(each.state) == connector.CARD]
    assert {each.state.phase for each in waiting} == {"Preparing", "Authorizing"}
    for each in waiting:
        late = step(each, "CONNECTION_TIMEOUT").after
        if each.state.asking is not None:
            assert late.state.phase == "Authorizing"
            late = step(late, "REFUSED", (each.state.asking, "Rejected")).after
        assert late.state.phase == "Finishing", each
        assert connector.waits(late.state) is None
        assert connector.can_start(late.state)
        assert step(late, "REMOTE_START", ("A", True)).after.state.running
        asked = step(late, "CARD", "A").after
        assert step(asked, "REFUSED", ("A", "Rejected")).after.state.phase == "Finishing"
        assert step(asked, "AUTHORIZED", ("A", None)).after.state.running
        again = step(step(late, *UNPLUGGED).after, "CABLE_IN").after
        assert again.state.phase == "Preparing"


@pytest.mark.requirement(
    "behaviour 10", "StopTransactionOnInvalidId decides whether the transaction or only its energy ends"
)
@pytest.mark.requirement("SPEC 9.1.24", "It decides whether the transaction or only its energy ends")
@pytest.mark.requirement("ERR 3.17", "The transaction ends, or only its energy")
def test_a_refused_start_ends_the_transaction_or_only_its_energy_as_the_key_says():
    """Behaviour 10 (ERR 3.17): StopTransactionOnInvalidId true and false."""
    running = [each for each in FREE if each.state.running]
    for each in running:
        ended = step(each, "START_REFUSED", ("GROUP", True))
        assert (connector.FINISH, ("DeAuthorized", None)) in ended.outputs, each
        assert ended.after.locked == each.state.by_card, each
        suspended = step(each, "START_REFUSED", ("GROUP", False))
        assert not does(suspended, connector.FINISH, connector.UNLOCK), each
        state = suspended.after.state
        assert (state.phase, state.running, state.parent) == ("SuspendedEVSE", True, "GROUP"), each
        assert not suspended.after.permit, each


def test_a_transaction_whose_start_was_refused_gets_no_energy_again():
    for found in STEPS:
        if found.before.state.phase == "SuspendedEVSE":
            assert not does(found, connector.PERMIT, connector.START), found
            if found.after.state.running:
                assert found.after.state.phase == "SuspendedEVSE", found


@pytest.mark.requirement("behaviour 18", "StopTransactionOnEVSideDisconnect false goes first: SuspendedEV")
@pytest.mark.requirement("SPEC 9.1.23", "It decides whether the transaction ends with the plug")
@pytest.mark.requirement("SPEC 9.1.33", "It decides whether the lock opens with the plug")
def test_an_unplugged_vehicle_does_what_the_two_keys_say():
    """Behaviour 18 (SPEC 4.10): StopTransactionOnEVSideDisconnect false wins over UnlockConnectorOnEVSideDisconnect."""
    running = [each for each in FREE if each.state.running and each.state.plugged]
    assert {each.state.phase for each in running} == {"Charging", "SuspendedEVSE"}
    for each in running:
        ended = (connector.FINISH, ("EVDisconnected", None))
        for ends, unlocks in ((True, True), (True, False), (False, True), (False, False)):
            found = step(each, "CABLE_OUT", (ends, unlocks))
            assert (ended in found.outputs) == ends, found
            assert not found.after.permit, found
            assert does(found, connector.REVOKE), found
            assert found.after.locked == (not ends or (not unlocks and each.state.by_card)), found
            if not ends:
                # SPEC 4.9: what the charge point suspends has precedence over what the vehicle does.
                wanted = "SuspendedEV" if each.state.phase == "Charging" else "SuspendedEVSE"
                assert found.after.state.phase == wanted, found
            back = step(found.after, "CABLE_IN")
            assert back.after.permit == (not ends and each.state.phase == "Charging"), back


def test_a_cable_that_outlasts_an_unplugged_vehicle_is_freed_by_its_card():
    for each in FREE:
        if each.locked and not each.state.plugged and each.state.by_card:
            freed = step(each, "CARD", each.state.tag)
            assert (freed.after.locked, freed.after.state.phase) == (
                False,
                "Available" if freed.after.state.operative else "Unavailable",
            ), freed


def test_a_held_cable_is_freed_by_the_vehicle_s_plug_only_where_the_key_says_so():
    """UnlockConnectorOnEVSideDisconnect."""
    held = [each for each in FREE if connector.holds_cable(each.state) and each.state.plugged]
    assert held
    for each in held:
        assert not step(each, "CABLE_OUT", (True, True)).after.locked
        assert step(each, "CABLE_OUT", (True, False)).after.locked


@pytest.mark.requirement("behaviour 15", "AuthorizeRemoteTxRequests: a remote start is authorised first")
@pytest.mark.requirement("SPEC 9.1.3", "A remote start is authorised first")
@pytest.mark.requirement("SPEC 5.11", "AuthorizeRemoteTxRequests true: it is authorised first")
def test_a_remote_start_that_has_to_be_authorised_starts_only_when_it_was():
    """Behaviour 15 (SPEC 5.11): AuthorizeRemoteTxRequests true."""
    able = [each for each in SITUATIONS if connector.can_start(each.state)]
    for each in able:
        found = step(each, "REMOTE_START", ("A", False))
        assert found.outputs == ((connector.AUTHORIZE, "A"),), found
        assert (found.after.state.phase, found.after.state.by_card) == ("Authorizing", False), found
        accepted = step(found.after, "AUTHORIZED", ("A", None)).after
        assert accepted.state.running == each.state.plugged
        assert (accepted.state.tag, accepted.state.by_card) == ("A", False)
        refused = step(found.after, "REFUSED", ("A", "Rejected")).after
        assert not refused.state.running
        assert refused.state.tag is None


def test_the_lock_comes_before_the_permit_and_goes_after_it():
    for found in STEPS:
        outputs = [output for output, _ in found.outputs]
        if connector.PERMIT in outputs:
            begins = [] if found.before.state.running else [connector.START]
            assert outputs == [*begins, connector.LOCK, connector.PERMIT], found
        if connector.FINISH in outputs:
            assert outputs[0] == connector.REVOKE, found
            assert outputs.index(connector.REVOKE) < outputs.index(connector.FINISH), found


@pytest.mark.parametrize(
    "events",
    [
        [UNPLUGGED, ("CABLE_IN", None)],
        [("STOP", "Remote")],
        [("CARD", "A"), ("CARD", "B")],
        [("PERMIT_LOST", None), ("CABLE_IN", None)],
        [("READER_LOST", None)],
        [("FAULT", "EmergencyStop")],
        [("RESTART", "HardReset")],
    ],
    ids=lambda events: events[0][0],
)
def test_every_transaction_can_be_ended(events):
    for each in FREE:
        # A restart has ended it already; who is unknown here needs the cable or the central system.
        if (
            each.state.running
            and (each.state.by_card or events[0][0] != "CARD")
            # Without a permit there is none to lose.
            and (each.state.phase != "SuspendedEVSE" or events[0][0] != "PERMIT_LOST")
        ):
            assert leads_to(each, events, lambda now: not now.state.running), each


def test_a_fault_ends_everything_and_nothing_begins_before_it_is_cleared():
    for found in STEPS:
        if found.event == "FAULT":
            assert found.after[1:] == (False, False, False), found
            assert found.after.state.phase in ("Faulted", "Unavailable"), found
        if found.before.state.phase in ("Faulted", "Unavailable"):
            assert not does(found, connector.START, connector.PERMIT, connector.LOCK), found
            if found.event not in ("FAULT", "FAULT_CLEARED", "AVAILABILITY"):
                assert found.after.state.phase == found.before.state.phase, found


def test_no_phase_is_a_dead_end():
    """Taking the cable out, an answer, waiting, the service button, clearing the fault and the central system that made it
    Unavailable lead back to Available; there a card is sent."""
    ways_out = [
        UNPLUGGED,
        ("RELEASE", None),
        ("REFUSED", ("A", "Offline")),
        ("REFUSED", ("B", "Offline")),
        ("CONNECTION_TIMEOUT", None),
        ("FAULT_CLEARED", None),
        ("AVAILABILITY", True),
    ]

    def usable(now):
        return now.state.phase == "Available" and does(step(now, "CARD", "A"), connector.AUTHORIZE)

    for each in FREE:
        if each.state.operative is not None:
            assert leads_to(each, ways_out, usable), each


def test_a_connector_that_a_mistake_in_the_settings_makes_unavailable_stays_so():
    assert {each.after.state.phase for each in explored(None)} == {"Unavailable"}


@pytest.mark.requirement("SPEC 5.2", "Unavailable at once without a transaction, else when it has ended")
@pytest.mark.requirement("behaviour 19", "a transaction in progress goes on")
def test_what_the_central_system_takes_out_of_service_is_so_when_no_transaction_runs_and_no_cable_is_held():
    for each in SITUATIONS:
        if each.state.operative is None:
            continue
        out = step(each, "AVAILABILITY", False)
        assert out.after.state.operative is False
        bound = each.state.running or connector.holds_cable(each.state)
        if bound:
            assert (out.after._replace(state=each.state), out.outputs) == (each, ()), each
            if not each.state.restarting:
                assert leads_to(
                    out.after, [("RELEASE", None)], lambda now: now.state.phase == "Unavailable"
                ), each
        else:
            wanted = "Faulted" if each.state.phase == "Faulted" else "Unavailable"
            assert (out.after.state.phase, out.after.state.tag, out.after.state.asking) == (
                wanted,
                None,
                None,
            )
            waited = each.state.tag is not None or each.state.asking is not None
            assert out.outputs == (((connector.NOTICE, "Out of Service"),) if waited else ()), each
        if each.state.operative:
            back = step(out.after, "AVAILABILITY", True).after
            assert back.state.operative
            assert back.state.plugged == each.state.plugged
            if bound:
                assert back == each, "what was only scheduled is as if it had never been asked for"


def test_out_of_service_nothing_starts_and_whoever_presents_a_card_is_told():
    for found in STEPS:
        if found.before.state.phase == "Unavailable":
            assert not does(found, connector.AUTHORIZE, connector.START, connector.LOCK, connector.PERMIT), (
                found
            )
            told = (connector.NOTICE, "Out of Service") in found.outputs
            by_central = found.before.state.operative is False and not found.before.state.restarting
            assert told == (found.event == "CARD" and by_central), found


def test_what_is_so_already_changes_nothing():
    for found in STEPS:
        if found.event == "AVAILABILITY" and found.argument == found.before.state.operative:
            assert (found.after, found.outputs) == (found.before, ()), found


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
            assert found.event != "CABLE_IN" or connector.waits(found.before.state) == connector.CABLE_IN, (
                found
            )
            assert found.before.state.tag is None or found.event == "CABLE_IN", found


def test_a_remote_start_begins_exactly_where_one_can():
    for found in STEPS:
        if found.event == "REMOTE_START":
            assert (found.after != found.before) == connector.can_start(found.before.state), found


def test_each_wait_is_ended_by_the_connection_timeout_and_by_nothing_that_other_cards_do():
    waits = set()
    for each in SITUATIONS:
        awaited = connector.waits(each.state)
        after = step(each, "CONNECTION_TIMEOUT").after
        if awaited is None:
            assert after == each
        else:
            waits.add(NAMES[awaited])
            assert connector.waits(after.state) is None, each
    assert waits == {"CABLE_IN", "CARD"}


def test_a_card_is_sent_exactly_when_its_answer_is_awaited_from_then_on():
    for found in STEPS:
        sent = [tag for output, tag in found.outputs if output == connector.AUTHORIZE]
        asking = found.after.state.asking
        if asking not in (None, found.before.state.asking):
            assert sent == [asking], found
        if sent:
            # Also a card that is presented once more while its answer is awaited; and AuthorizeRemoteTxRequests.
            if found.event == "CARD":
                assert found.argument == asking, found
            else:
                assert (found.event, found.argument) == ("REMOTE_START", (asking, False)), found
            assert sent == [asking], found


def test_a_fault_and_a_lost_permit_leave_neither_a_tag_nor_an_awaited_answer():
    for found in STEPS:
        if found.event == "FAULT" or (found.event == "PERMIT_LOST" and found.before.permit):
            assert (found.after.state.tag, found.after.state.asking) == (None, None), found


@pytest.mark.requirement("behaviour 13", "Upper and lower case of an idTag are the same")
@pytest.mark.requirement("ERR 3.73", "Upper and lower case are the same")
@pytest.mark.requirement("SPEC 2.2", "Identifiers are compared without regard to case")
def test_an_id_tag_is_the_same_in_upper_and_lower_case():
    """SPEC 3.9."""
    own = [each for each in FREE if each.state.tag is not None]
    assert {each.state.phase for each in own} == {"Preparing", *RUNNING, "Finishing"}
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
            assert not step(found.after, "START_REFUSED", (None, True)).after.locked, found
            assert not step(found.after, "CABLE_OUT", (True, False)).after.locked, found


# The events that change nothing in any state of a phase, by name; every other pair changes something in one.
SILENT = {
    "Available": "AUTHORIZED REFUSED STOP START_REFUSED PARENT RELEASE CONNECTION_TIMEOUT PERMIT_LOST FAULT_CLEARED",
    "Preparing": "START_REFUSED PARENT RELEASE PERMIT_LOST FAULT_CLEARED",
    "Authorizing": "REMOTE_START START_REFUSED PARENT RELEASE PERMIT_LOST FAULT_CLEARED",
    "Charging": "REMOTE_START CONNECTION_TIMEOUT FAULT_CLEARED",
    "SuspendedEV": "REMOTE_START CONNECTION_TIMEOUT PERMIT_LOST FAULT_CLEARED",
    "SuspendedEVSE": "REMOTE_START CONNECTION_TIMEOUT PERMIT_LOST FAULT_CLEARED",
    "Finishing": "START_REFUSED PARENT CONNECTION_TIMEOUT PERMIT_LOST FAULT_CLEARED",
    "Faulted": "CARD AUTHORIZED REFUSED REMOTE_START STOP START_REFUSED PARENT RELEASE CONNECTION_TIMEOUT PERMIT_LOST",
    "Unavailable": "AUTHORIZED REFUSED REMOTE_START STOP START_REFUSED PARENT RELEASE CONNECTION_TIMEOUT"
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
    impossible = {"Available": {"CABLE_OUT"}, "Charging": {"CABLE_IN"}, "SuspendedEV": {"CABLE_OUT"}}
    assert set(EVENTS) - tried == impossible.get(phase, set())
    assert [event for event in EVENTS if event in tried - changing] == SILENT[phase].split()
