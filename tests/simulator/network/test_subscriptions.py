# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Who gets which topic, by MQTT 3.1.1, section 4.7."""

import pytest
from chargerctl.simulator.network.subscriptions import Subscriptions


@pytest.mark.parametrize(
    ("topic_filter", "matches", "does_not"),
    [
        ("a/b", ["a/b"], ["a", "a/b/c", "a/B", "/a/b"]),
        ("a/+", ["a/b", "a/"], ["a", "a/b/c"]),
        ("+/b", ["a/b", "/b"], ["b", "a/c"]),
        ("a/#", ["a", "a/b", "a/b/c"], ["b", "ab"]),
        ("#", ["a", "/a/b"], ["$SYS/a"]),
    ],
)
def test_a_filter_matches(topic_filter, matches, does_not):
    subscriptions = Subscriptions()
    subscriptions.add(topic_filter, "someone")
    assert all(subscriptions.matching(topic) for topic in matches)
    assert not any(subscriptions.matching(topic) for topic in does_not)


def test_everybody_is_found_once_with_the_greatest_value():
    subscriptions = Subscriptions()
    subscriptions.add("a/b", "one", 0)
    subscriptions.add("a/+", "one", 1)
    subscriptions.add("a/b", "two", 0)
    assert subscriptions.matching("a/b") == {"one": 1, "two": 0}


def test_a_second_subscription_to_the_same_is_in_the_place_of_the_first():
    subscriptions = Subscriptions()
    subscriptions.add("a", "one", 1)
    subscriptions.add("a", "one", 0)
    assert subscriptions.matching("a") == {"one": 0}
    subscriptions.remove("a", "one")
    assert subscriptions.matching("a") == {}


@pytest.mark.parametrize("topic_filter", ["a/b", "a/+"])
def test_what_is_removed_is_not_found_and_others_are(topic_filter):
    subscriptions = Subscriptions()
    subscriptions.add(topic_filter, "one")
    subscriptions.add(topic_filter, "two")
    subscriptions.remove(topic_filter, "one")
    subscriptions.remove(topic_filter, "three")
    assert subscriptions.matching("a/b") == {"two": 0}
    subscriptions.remove(topic_filter, "two")
    subscriptions.remove(topic_filter, "two")
    assert subscriptions.matching("a/b") == {}
