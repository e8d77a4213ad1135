# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The bridge between a real broker and a central system that does as it is told."""

import asyncio
import json

from chargerctl.bridge import roster
from chargerctl.bridge.socket import open_socket
from websockets.exceptions import ConnectionClosedError

HEARTBEAT = '[2, "a-1","Heartbeat",{}]'
ANSWER = '[3,"a-1", {"currentTime":"2026-11-26T16:00:00Z"}]'
RESET = '[2,"c-1","Reset",{"type":"Soft"}]'


def test_a_charger_that_is_online_has_a_websocket_and_is_told_so(play):
    async def story(rig, central):
        await rig.bridge(f"ws://127.0.0.1:{central.port}/ocpp/")
        charger = await rig.charger("garage_1")
        visit = await central.next_visit()
        assert visit.path == "/ocpp/garage_1"
        assert visit.socket.subprotocol == "ocpp1.6"
        assert visit.login is None
        await charger.hears("offline", "online")

    play(story)


def test_frames_pass_verbatim_and_in_order_both_ways(play):
    async def story(rig, central):
        await rig.bridge(f"ws://127.0.0.1:{central.port}")
        charger = await rig.charger()
        visit = await central.next_visit()
        await charger.is_told("online")
        sent = [HEARTBEAT, "no JSON at all", *(f'[2,"{number}","é",{{}}]' for number in range(40))]
        for frame in sent[:20]:
            charger.send(frame)
        for frame in sent[:20]:
            assert await visit.frame() == frame
        for frame in sent:
            await visit.socket.send(frame)
        await charger.hears(*sent)

    play(story)


def test_a_charger_that_goes_offline_is_disconnected_and_one_that_comes_back_is_connected(play):
    async def story(rig, central):
        await rig.bridge(f"ws://127.0.0.1:{central.port}")
        charger = await rig.charger()
        first = await central.next_visit()
        await charger.is_told("online")
        charger.announce("offline")
        await first.left()
        assert first.socket.close_code == 1000
        await charger.hears("offline")
        charger.announce("online")
        await central.next_visit()
        await charger.hears("online")

    play(story)


def test_a_lost_websocket_is_told_at_once_and_opened_again(play):
    async def story(rig, central):
        await rig.bridge(f"ws://127.0.0.1:{central.port}")
        charger = await rig.charger()
        visit = await central.next_visit()
        await charger.is_told("online")
        await visit.socket.close(1012, "see you")
        await charger.hears("offline", "online")
        await central.next_visit()
        event = await rig.hears_of("lost")
        assert f"127.0.0.1:{central.port}: it closed the connection: it restarts (see you)" in event.text
        assert event.serial == "c1"

    play(story)


def test_what_is_sent_while_the_websocket_is_down_is_neither_kept_nor_invented(play):
    async def story(rig, central):
        await central.stop()
        await rig.bridge(f"ws://127.0.0.1:{central.port}")
        charger = await rig.charger()
        await charger.hears("offline")
        charger.send(HEARTBEAT)
        await rig.hears_of("no connection")
        await central.start()
        visit = await central.next_visit()
        await charger.hears("online")
        charger.send('[2,"a-2","Heartbeat",{}]')
        assert await visit.frame() == '[2,"a-2","Heartbeat",{}]'

    play(story)


def test_an_answer_to_a_call_of_the_last_websocket_does_not_reach_the_next(play):
    async def story(rig, central):
        await rig.bridge(f"ws://127.0.0.1:{central.port}")
        charger = await rig.charger()
        first = await central.next_visit()
        await charger.is_told("online")
        await first.socket.send(RESET)
        await charger.hears(RESET)
        await first.socket.close()
        await charger.is_told("online")
        second = await central.next_visit()
        charger.send('[3,"c-1",{"status":"Accepted"}]')
        charger.send(HEARTBEAT)
        assert await second.frame() == HEARTBEAT
        await rig.hears_of("old answer")

    play(story)


def test_a_call_that_is_too_long_gets_an_answer(play):
    async def story(rig, central):
        await rig.bridge(f"ws://127.0.0.1:{central.port}")
        charger = await rig.charger()
        visit = await central.next_visit()
        await charger.is_told("online")
        await visit.socket.send(json.dumps([2, "c-1", "SendLocalList", {"x": "y" * 3000}]))
        assert json.loads(await visit.frame())[:3] == [4, "c-1", "GenericError"]
        await visit.socket.send(RESET)
        await charger.hears(RESET)

    play(story)


def test_each_charger_has_its_own_websocket_and_gets_its_own_frames(play):
    async def story(rig, central):
        await rig.bridge(f"ws://127.0.0.1:{central.port}")
        chargers = {serial: await rig.charger(serial) for serial in ("c1", "c2")}
        visits = {}
        for charger in chargers.values():
            visit = await central.next_visit()
            visits[visit.path[1:]] = visit
            await charger.is_told("online")
        for serial, visit in visits.items():
            await visit.socket.send(f'[2,"{serial}","Reset",{{}}]')
        for serial, charger in chargers.items():
            await charger.hears(f'[2,"{serial}","Reset",{{}}]')

    play(story)


def test_a_charger_that_announced_itself_before_the_bridge_began_is_found(play):
    async def story(rig, central):
        await rig.charger()
        await rig.bridge(f"ws://127.0.0.1:{central.port}")
        await central.next_visit()

    play(story)


def test_a_charger_that_never_announces_itself_comes_with_its_first_frame(play):
    async def story(rig, central):
        await rig.bridge(f"ws://127.0.0.1:{central.port}")
        charger = await rig.charger("other")
        await central.next_visit()
        charger.send(HEARTBEAT, serial="c9")
        assert (await central.next_visit()).path == "/c9"

    play(story)


def test_only_those_that_are_named_are_bridged(play):
    async def story(rig, central):
        await rig.bridge(f"ws://127.0.0.1:{central.port}", only=("c2",))
        await rig.charger("c1")
        await rig.hears_of("foreign")
        await rig.charger("c2")
        assert (await central.next_visit()).path == "/c2"
        assert len(central.visits) == 1

    play(story)


def test_names_that_are_no_serials_are_ignored(play):
    async def story(rig, central):
        await rig.bridge(f"ws://127.0.0.1:{central.port}")
        charger = await rig.charger("c1")
        await central.next_visit()
        for name in ("...", ".", "a b ", "x" * 49, "c1\x1b[31m", "é", "c1\n", "$c"):
            charger.announce("online", serial=name)
            charger.send(HEARTBEAT, serial=name)
        charger.announce("online", serial="last")
        assert (await central.next_visit()).path == "/last"
        assert len(central.visits) == 2
        assert all("\x1b" not in event.text for event in rig.told)

    play(story)


def test_what_is_neither_online_nor_offline_closes_nothing(play):
    async def story(rig, central):
        await rig.bridge(f"ws://127.0.0.1:{central.port}")
        charger = await rig.charger()
        visit = await central.next_visit()
        charger.announce("ONLINE")
        await rig.hears_of("neither `online` nor `offline`")
        assert not visit.gone.is_set()
        charger.announce("offline")
        await visit.left()

    play(story)


def test_what_is_retained_on_the_topic_of_frames_is_dropped(play):
    async def story(rig, central):
        charger = await rig.charger()
        charger.send(HEARTBEAT, retained=True)
        await charger._connection.flushed()
        await rig.bridge(f"ws://127.0.0.1:{central.port}")
        visit = await central.next_visit()
        await charger.is_told("online")
        await rig.hears_of("retained")
        charger.send('[2,"a-2","Heartbeat",{}]')
        assert await visit.frame() == '[2,"a-2","Heartbeat",{}]'
        charger.send("", retained=True)

    play(story)


def test_when_the_bridge_ends_every_charger_is_told_and_disconnected(play):
    async def story(rig, central):
        await rig.bridge(f"ws://127.0.0.1:{central.port}")
        charger = await rig.charger()
        visit = await central.next_visit()
        await charger.is_told("online")
        await rig.stop()
        await charger.hears("offline")
        await visit.left()

    play(story)


def test_a_charger_has_the_password_that_is_its_own(play):
    async def story(rig, central):
        await rig.bridge(
            f"ws://127.0.0.1:{central.port}",
            password="for all",
            passwords={"c1": "geheim é", "c2": "hex:0001fF"},
            identities={"c2": "RDAM 123"},
        )
        logins = {}
        for serial in ("c1", "c2", "c3"):
            await rig.charger(serial)
            visit = await central.next_visit()
            logins[visit.path] = visit.login
        assert logins == {
            "/c1": "c1:geheim é".encode(),
            "/RDAM%20123": b"RDAM 123:\x00\x01\xff",
            "/c3": b"c3:for all",
        }
        assert not any("geheim" in repr(event) for event in rig.told)

    play(story)


def test_one_user_for_all(play):
    async def story(rig, central):
        await rig.bridge(f"ws://127.0.0.1:{central.port}", user="me", password="x")
        await rig.charger()
        assert (await central.next_visit()).login == b"me:x"

    play(story)


def test_a_flood_of_a_charger_is_bounded_and_the_others_do_not_notice(play, monkeypatch):
    class Stuck:
        """A WebSocket whose other end takes nothing."""

        async def recv(self):
            await asyncio.Event().wait()

        send = close = recv

    async def story(rig, central):
        async def stuck(approach):
            return Stuck() if "loud" in approach.url else await open_socket(approach)

        monkeypatch.setattr("chargerctl.bridge.charger.open_socket", stuck)
        monkeypatch.setattr(Stuck, "close", lambda self: asyncio.sleep(0))
        await rig.bridge(f"ws://127.0.0.1:{central.port}")
        loud, quiet = await rig.charger("loud"), await rig.charger("quiet")
        visit = await central.next_visit()
        await loud.is_told("online")
        await quiet.is_told("online")
        for number in range(200):
            loud.send(f'[2,"a-{number}","Heartbeat",{{}}]')
            quiet.send(f'[2,"b-{number}","Heartbeat",{{}}]')
            assert await visit.frame() == f'[2,"b-{number}","Heartbeat",{{}}]'
        assert 160 < sum(event.what == "flood" for event in rig.told) < 170

    play(story)


def test_what_waited_for_a_websocket_that_broke_does_not_go_out_on_the_next(play, monkeypatch):
    broken = asyncio.Event()

    class Stuck:
        async def recv(self):
            await broken.wait()
            raise ConnectionClosedError(None, None)

        async def send(self, frame):
            await asyncio.Event().wait()

        async def close(self):
            pass

    async def story(rig, central):
        sockets = [Stuck()]

        async def first_stuck(approach):
            return sockets.pop() if sockets else await open_socket(approach)

        monkeypatch.setattr("chargerctl.bridge.charger.open_socket", first_stuck)
        service = await rig.bridge(f"ws://127.0.0.1:{central.port}")
        charger = await rig.charger()
        await charger.is_told("online")
        for number in range(5):
            charger.send(f'[2,"a-{number}","Heartbeat",{{}}]')
        while service.roster.waiting < 4:
            await asyncio.sleep(0.01)
        broken.set()
        visit = await central.next_visit()
        await charger.hears("offline", "online")
        charger.send('[2,"a-9","Heartbeat",{}]')
        assert await visit.frame() == '[2,"a-9","Heartbeat",{}]'

    play(story)


def test_a_flood_of_a_central_system_loses_nothing(play):
    async def story(rig, central):
        await rig.bridge(f"ws://127.0.0.1:{central.port}")
        charger = await rig.charger()
        visit = await central.next_visit()
        await charger.is_told("online")
        frames = [f'[3,"{number}",{{"x":"{"y" * 1000}"}}]' for number in range(400)]
        for frame in frames:
            await visit.socket.send(frame)
        await charger.hears(*frames)

    play(story)


def test_attempts_become_rarer_and_are_not_in_step(play):
    from chargerctl.mqtt.pauses import Pauses

    pauses = Pauses(lambda: 1.0)
    assert [pauses.next() for _ in range(8)] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert Pauses(lambda: 0.0).next() == 0.5
    pauses.lasted(59)
    assert pauses.next() == 60
    pauses.lasted(60)
    assert pauses.next() == 1


def test_many_chargers_come_at_once_but_only_some_connect_at_the_same_time(play):
    async def story(rig, central):
        service = await rig.bridge(f"ws://127.0.0.1:{central.port}")
        charger = await rig.charger("c0")
        for number in range(60):
            charger.announce("online", serial=f"m{number}")
        for _ in range(61):
            await central.next_visit()
        assert len({visit.path for visit in central.visits}) == 61
        while service.roster.open < 61:
            await charger.next()

    play(story)


def test_a_last_will_that_comes_late_disconnects_until_the_next_frame(play):
    """Of an old connection at another node of the broker, which has noticed its end after the charger was back."""

    async def story(rig, central):
        await rig.bridge(f"ws://127.0.0.1:{central.port}")
        charger = await rig.charger()
        first = await central.next_visit()
        charger.announce("offline")
        await first.left()
        charger.send(HEARTBEAT)
        await central.next_visit()

    play(story)


def test_a_charger_that_is_told_offline_for_its_last_will_may_ask_after_a_while(play, monkeypatch):
    monkeypatch.setattr(roster, "_WILL_S", 0.05)

    async def story(rig, central):
        await rig.bridge(f"ws://127.0.0.1:{central.port}")
        charger = await rig.charger()
        await central.next_visit()
        await charger.is_told("online")
        charger.announce("offline")
        await charger.hears("offline", "")

    play(story)


def test_a_charger_that_was_named_and_is_not_heard_is_looked_for(play, monkeypatch):
    """RabbitMQ does not say who is there, and one that was told `offline` says nothing."""
    monkeypatch.setattr(roster, "_SILENT_S", 0.05)

    async def story(rig, central):
        charger = await rig.charger()
        charger.announce("")
        await charger.said()
        await rig.bridge(f"ws://127.0.0.1:{central.port}", only=("c1",))
        await charger.hears("offline", "")
        charger.send(HEARTBEAT)
        await central.next_visit()
        await charger.hears("offline", "online")

    play(story)


def test_a_charger_that_comes_again_is_told_again(play):
    """Another node of the broker may have told it otherwise."""

    async def story(rig, central):
        await rig.bridge(f"ws://127.0.0.1:{central.port}")
        charger = await rig.charger()
        await charger.is_told("online")
        charger.announce("online")
        await charger.hears("online")

    play(story)
