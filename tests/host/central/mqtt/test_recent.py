# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Frames of chargers that another process speaks to, for a moment."""

from chargerctl.central.mqtt import recent
from chargerctl.central.mqtt.recent import LONGEST_S, Recent


def test_a_frame_is_there_from_its_time_on():
    frames = Recent()
    frames.put("c-1", b"first", 10.0)
    frames.put("c-2", b"other", 11.0)
    frames.put("c-1", b"second", 12.0)
    assert frames.since({"c-1": 10.0}) == [("c-1", b"first"), ("c-1", b"second")]
    assert frames.since({"c-1": 10.5, "c-2": 0.0}) == [("c-2", b"other"), ("c-1", b"second")]
    assert frames.since({}) == []


def test_an_old_frame_is_forgotten():
    frames = Recent()
    frames.put("c-1", b"old", 10.0)
    frames.put("c-1", b"new", 10.1 + LONGEST_S)
    assert frames.since({"c-1": 0.0}) == [("c-1", b"new")]


def test_there_are_not_too_many(monkeypatch):
    monkeypatch.setattr(recent, "_MOST", 2)
    frames = Recent()
    for number in range(5):
        frames.put("c-1", b"%d" % number, 1.0)
    assert [frame for _, frame in frames.since({"c-1": 0.0})] == [b"3", b"4"]


def test_they_are_not_too_large(monkeypatch):
    monkeypatch.setattr(recent, "_MOST_BYTES", 10)
    frames = Recent()
    for _ in range(5):
        frames.put("c-1", b"x" * 4, 1.0)
    assert len(frames.since({"c-1": 0.0})) == 2
