# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Who wants which topics (MQTT 3.1.1, section 4.7), found without asking everybody: a broker may have thousands."""

from __future__ import annotations

from typing import Generic, TypeVar

from paho.mqtt.matcher import MQTTMatcher

T = TypeVar("T")


def has_wildcard(topic_filter: str) -> bool:
    return "+" in topic_filter or "#" in topic_filter


class Subscriptions(Generic[T]):
    """Of each topic filter, those who have subscribed to it, in that order, each with a value of its own."""

    def __init__(self) -> None:
        self._exact: dict[str, dict[T, int]] = {}
        self._wild = MQTTMatcher()

    def add(self, topic_filter: str, who: T, value: int = 0) -> None:
        """A second one of the same is in the place of the first."""
        self._all_of(topic_filter)[who] = value

    def remove(self, topic_filter: str, who: T) -> None:
        """Nothing if there is none."""
        subscribed = self._all_of(topic_filter)
        subscribed.pop(who, None)
        if not subscribed:
            if has_wildcard(topic_filter):
                del self._wild[topic_filter]
            else:
                del self._exact[topic_filter]

    def matching(self, topic: str) -> dict[T, int]:
        """Everybody who gets this topic, with the greatest of his values."""
        found = dict(self._exact.get(topic, ()))
        for subscribed in self._wild.iter_match(topic):
            for who, value in subscribed.items():
                found[who] = max(value, found.get(who, value))
        return found

    def _all_of(self, topic_filter: str) -> dict[T, int]:
        if not has_wildcard(topic_filter):
            return self._exact.setdefault(topic_filter, {})
        try:
            subscribed: dict[T, int] = self._wild[topic_filter]
        except KeyError:
            subscribed = self._wild[topic_filter] = {}
        return subscribed
