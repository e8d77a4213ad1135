# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Places for calls to chargers: each waits in a thread, and a charger that does not answer must not keep all of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from weakref import WeakValueDictionary

import anyio
from anyio import CapacityLimiter
from starlette.exceptions import HTTPException

MOST = 30
# A charger gets one call at a time: the others wait for it.
MOST_OF_ONE = 3


class Places:
    """Used in one event loop."""

    def __init__(self, most: int = MOST, most_of_one: int = MOST_OF_ONE) -> None:
        self._all = CapacityLimiter(most)
        self._most_of_one = most_of_one
        # As long as somebody has or wants a place.
        self._of_one: WeakValueDictionary[str, CapacityLimiter] = WeakValueDictionary()

    @asynccontextmanager
    async def one(self, serial: str, wait_s: float) -> AsyncIterator[None]:
        """A place for a call to this charger. HTTPException: there was none for so many seconds."""
        of_one = self._of_one.get(serial) or CapacityLimiter(self._most_of_one)
        self._of_one[serial] = of_one
        async with AsyncExitStack() as places:
            try:
                with anyio.fail_after(wait_s):
                    await places.enter_async_context(of_one)
                    await places.enter_async_context(self._all)
            except TimeoutError:
                crowded = serial if of_one.available_tokens == 0 else "chargers"
                text = (
                    f"too many calls to {crowded} wait for their answers: nothing was sent; try again later"
                )
                raise HTTPException(503, text, {"Retry-After": "30"}) from None
            yield
