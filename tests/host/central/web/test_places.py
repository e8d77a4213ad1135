# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A charger that does not answer keeps nobody from the others."""

import asyncio

import pytest
from chargerctl.central.web.places import Places
from starlette.exceptions import HTTPException

BOUND_S = 60


async def hold(places, serial, free, held):
    async with places.one(serial, BOUND_S):
        held.append(serial)
        await free.wait()


async def crowd(places, *serials):
    """What frees the places that are held now, and the tasks that hold them."""
    free, held = asyncio.Event(), []
    tasks = [asyncio.ensure_future(hold(places, each, free, held)) for each in serials]
    while len(held) < len(tasks):
        await asyncio.sleep(0)
    return free, tasks


async def words_for(places, serial):
    """ "" for a place."""
    try:
        async with places.one(serial, 0.01):
            return ""
    except HTTPException as refused:
        return f"{refused.status_code}: {refused.detail}"


@pytest.mark.parametrize(
    ("held", "wanted", "words"),
    [
        (
            ["quiet", "quiet"],
            "quiet",
            "503: too many calls to quiet wait for their answers: nothing was sent",
        ),
        (["quiet", "quiet"], "other", ""),
        (["quiet", "quiet", "silent", "silent"], "other", "503: too many calls to chargers wait"),
    ],
)
def test_there_are_places_for_each_charger_and_in_all(held, wanted, words):
    async def play():
        places = Places(most=4, most_of_one=2)
        free, tasks = await crowd(places, *held)
        said = await words_for(places, wanted)
        free.set()
        await asyncio.gather(*tasks)
        async with places.one(wanted, 0.01):  # all have been given back
            return said

    said = asyncio.run(play())
    assert said.startswith(words)
    assert bool(said) == bool(words)


def test_who_waits_gets_the_place_of_who_leaves():
    async def play():
        places = Places(most=1)
        free, tasks = await crowd(places, "quiet")
        waits = asyncio.ensure_future(hold(places, "other", free, []))
        await asyncio.sleep(0.01)
        free.set()
        await asyncio.wait_for(asyncio.gather(waits, *tasks), BOUND_S)

    asyncio.run(play())
