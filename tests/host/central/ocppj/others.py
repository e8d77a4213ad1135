# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Charge points that others have written: of the Python library `ocpp`, and of npm's `ocpp-rpc` in strict mode. Both check
what they receive against OCPP's schemas."""

from __future__ import annotations

import asyncio
import base64
import json
import queue
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest
from chargerctl.ocppj import SUBPROTOCOL, basic_auth, connection_url
from ocpp import v16
from ocpp.charge_point import camel_to_snake_case, snake_to_camel_case
from ocpp.routing import on
from ocpp.v16 import call, call_result
from websockets.asyncio.client import connect

from tests import node

WAIT_S = 60
_OCPP_RPC = Path(__file__).resolve().parents[3] / "ocpp_rpc"


class Other:
    """called: what the central system called it with, in order."""

    name: str
    called: list[tuple[str, dict[str, Any]]]
    invalid: list[str]

    def call(self, action: str, payload: dict[str, Any]) -> dict[str, Any]:
        """The answer; pytest fails on an error as an answer."""
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError


class OcppRpc(Other):
    """A process of node."""

    name = "ocpp-rpc"

    def __init__(
        self, endpoint: str, identity: str, answers: dict[str, Any], password: bytes | None = None
    ) -> None:
        node.require("a charge point of ocpp-rpc", "on node")
        node.install(_OCPP_RPC)
        self.called = []
        self.invalid = []
        self._said: queue.Queue[dict[str, Any]] = queue.Queue()
        secret = None if password is None else base64.b64encode(password).decode()
        settings = {"endpoint": endpoint, "identity": identity, "password": secret, "answers": answers}
        self._process = subprocess.Popen(
            ["node", "charge_point.mjs", json.dumps(settings)],
            cwd=_OCPP_RPC,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        assert self._answer() == {"protocol": SUBPROTOCOL}

    def _read(self) -> None:
        for line in self._process.stdout:
            said = json.loads(line)
            if "called" in said:
                self.called.append(tuple(said["called"]))
            elif "invalid" in said:
                self.invalid.append(said["invalid"])
            else:
                self._said.put(said)

    def _answer(self) -> dict[str, Any]:
        said = self._said.get(timeout=WAIT_S)
        if "error" in said:
            pytest.fail(f"ocpp-rpc: {said['error']}")
        return said["answer"]

    def call(self, action: str, payload: dict[str, Any]) -> dict[str, Any]:
        self._process.stdin.write(json.dumps({"call": [action, payload]}) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def close(self) -> None:
        self._process.stdin.close()
        if self._process.wait(WAIT_S) not in (0, 1):
            self._process.kill()
        self._reader.join(WAIT_S)
        self._process.stdout.close()


class OcppLibrary(Other):
    """The ChargePoint class of `ocpp`, on a thread of its own."""

    name = "ocpp"

    def __init__(
        self, endpoint: str, identity: str, answers: dict[str, Any], password: bytes | None = None
    ) -> None:
        self.called = []
        self.invalid = []
        self._answers = answers
        self._address = connection_url(endpoint, identity), identity
        self._headers = {} if password is None else {"Authorization": basic_auth(identity, password)}
        self._ready: queue.Queue[object] = queue.Queue()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))
        self._thread.start()
        ready = self._ready.get(timeout=WAIT_S)
        if isinstance(ready, Exception):
            self._thread.join(WAIT_S)
            raise ready

    async def _run(self) -> None:
        url, identity = self._address
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        try:
            connection = await connect(
                url, subprotocols=[SUBPROTOCOL], additional_headers=self._headers, proxy=None
            )
        except Exception as error:  # noqa: BLE001 - raised again where it is waited for
            self._ready.put(error)
            return
        async with connection:
            handlers = {f"on_{action}": self._handler(action) for action in self._answers}
            kind = type("Charger", (v16.ChargePoint,), handlers)
            self._charge_point = kind(identity, connection, response_timeout=WAIT_S)
            serving = asyncio.create_task(self._charge_point.start())
            self._ready.put(True)
            await self._end.wait()
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)

    def _handler(self, action: str):
        def handle(_: object, **payload: Any):
            self.called.append((action, snake_to_camel_case(payload)))
            return getattr(call_result, action)(**camel_to_snake_case(self._answers[action]))

        # The library finds handlers by their names.
        handle.__name__ = f"on_{action}"
        return on(action)(handle)

    def call(self, action: str, payload: dict[str, Any]) -> dict[str, Any]:
        message = getattr(call, action)(**camel_to_snake_case(payload))
        answer = asyncio.run_coroutine_threadsafe(
            self._charge_point.call(message, suppress=False), self._loop
        ).result(WAIT_S)
        return snake_to_camel_case({key: value for key, value in vars(answer).items() if value is not None})

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(WAIT_S)
