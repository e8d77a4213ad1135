# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl bridge` as a process of its own."""

import asyncio
import json
import os
import signal
import socket
import sys

import pytest
from chargerctl.mqtt.connection import Broker
from chargerctl.mqtt.local_broker import HOST

from tests.host.bridge.conftest import PATIENCE_S, Central, Charger


def free_port():
    with socket.create_server((HOST, 0)) as probe:
        return probe.getsockname()[1]


async def started(folder, *words):
    own = {name: value for name, value in os.environ.items() if not name.startswith("CHARGER")}
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "chargerctl.cli.main", "bridge", *words),
        stdout=-1,
        stderr=-1,
        cwd=folder,
        env={**own, "XDG_CONFIG_HOME": str(folder)},
    )


def test_with_a_broker_of_its_own_until_it_is_stopped(tmp_path):
    async def story():
        central, port = await Central().start(), free_port()
        process = await started(
            tmp_path, "--to", f"ws://{HOST}:{central.port}", "--listen", f"{HOST}:{port}", "--json"
        )

        async def event():
            return json.loads(await asyncio.wait_for(process.stdout.readline(), PATIENCE_S))

        listening, going = await event(), await event()
        assert listening["details"] == {"mqtt_port": port}
        assert going["text"] == f"the frames of every charger go to ws://{HOST}:{central.port}/SERIAL"
        assert (await event())["text"] == f"connected to broker {HOST}:{port}"
        charger = await Charger(Broker(HOST, port), "c1").come()
        opened = await event()
        assert (opened["what"], opened["serial"]) == ("open", "c1")
        await charger.hears("offline", "online")
        process.send_signal(signal.SIGTERM)
        await charger.hears("offline")
        _, err = await asyncio.wait_for(process.communicate(), PATIENCE_S)
        assert (process.returncode, err) == (0, b"")
        charger._connection.close()
        await central.stop()

    asyncio.run(story())


@pytest.mark.parametrize("host", ["::1", "127.0.0.2"])
def test_every_loopback_address_can_be_listened_on(tmp_path, host):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.create_server((host, 0), family=family) as free:
            port = free.getsockname()[1]
    except OSError:
        pytest.skip(f"{host} is no address here")
    place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    async def story():
        process = await started(tmp_path, "--to", "ws://127.0.0.1:9", "--listen", place, "--json")
        for text in (f"MQTT broker on {place}", "the frames of", f"connected to broker {place}"):
            line = await asyncio.wait_for(process.stdout.readline(), PATIENCE_S)
            assert json.loads(line or "{}").get("text", "").startswith(text)
        process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.communicate(), PATIENCE_S)

    asyncio.run(story())


def test_where_another_broker_listens_it_says_so(tmp_path):
    async def story():
        with socket.create_server((HOST, 0)) as taken:
            port = taken.getsockname()[1]
            process = await started(tmp_path, "--to", "ws://h", "--listen", f"{HOST}:{port}")
            _, err = await process.communicate()
        assert process.returncode == 1
        assert f"cannot listen on {HOST}:{port}" in err.decode()
        assert f"use --broker {HOST}:{port}" in err.decode()

    asyncio.run(story())


def test_its_own_broker_is_for_this_computer_alone(tmp_path):
    async def story():
        process = await started(tmp_path, "--to", "ws://h", "--listen", "0.0.0.0:1883")
        _, err = await process.communicate()
        assert process.returncode == 2
        assert "anybody in the network could act as any charger" in err.decode()

    asyncio.run(story())
