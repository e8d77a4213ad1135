# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""When Python looks for garbage in cycles."""

import gc
import weakref

import pytest
from chargerctl.central.service.garbage import collect, rarely_collected


class Node:
    pass


def cycle():
    node = Node()
    node.self = node
    return weakref.ref(node)


def test_old_objects_are_looked_at_only_when_asked():
    with rarely_collected():
        gone = cycle()
        # Old enough that only a look at all finds it.
        gc.collect(1)
        gone_later = cycle()
        kept = [Node() for _ in range(5)]
        assert gc.get_threshold()[2] >= 1_000_000
        collect()
        assert gone() is None
        assert gone_later() is None
        assert len(kept) == 5


def failing():
    with rarely_collected():
        assert gc.get_freeze_count() > 0
        raise ValueError("it ends with an error")


def test_afterwards_it_is_as_before():
    before = gc.get_threshold(), gc.get_freeze_count()
    with pytest.raises(ValueError, match="ends"):
        failing()
    assert (gc.get_threshold(), gc.get_freeze_count()) == before
