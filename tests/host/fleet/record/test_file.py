# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The file of a record: written as it comes, read as it was, and refused where it is damaged."""

import gzip
from pathlib import Path

import pytest
from chargerctl.errors import ChargerctlError, InputError
from chargerctl.fleet.record.file import DOWN, IN, OUT, UP, Entry, Reader, Writer, join, part

ABOUT = {"seed": 1, "prefix": "f", "chargers": 2, "start": 1_795_332_600}
ENTRIES = [
    Entry(905_000, "f-00001", UP),
    Entry(920_001, "f-00001", OUT, '[2,"a","Heartbeat",{}]'),
    Entry(955_000, "f-00001", IN, '[3,"a",{"x":"é ⚡ \\u2028"}]'),
    Entry(7_200_000_000, "f-00001", DOWN),
]


def write(path, entries=ENTRIES):
    writer = Writer(path, ABOUT)
    for each in entries:
        writer.add(each)
    writer.close()
    return path


def read(path):
    reader = Reader(path)
    try:
        return list(reader)
    finally:
        reader.close()


@pytest.mark.parametrize("name", ["frames.jsonl", "frames.jsonl.gz"])
def test_it_is_read_as_it_was_written(tmp_path, name):
    path = write(tmp_path / name)
    assert read(path) == ENTRIES
    assert (path.read_bytes()[:2] == b"\x1f\x8b") is name.endswith(".gz")


def test_its_first_line_is_about_the_fleet(tmp_path):
    reader = Reader(write(tmp_path / "frames.jsonl"))
    assert reader.about == {"record": "chargerctl fleet 1", **ABOUT}
    reader.close()


@pytest.mark.parametrize("name", ["frames.jsonl", "frames.gz"])
def test_a_full_disk_is_said(tmp_path, name):
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("needs a full device")
    path = tmp_path / name
    path.symlink_to(full)
    with pytest.raises(ChargerctlError, match=r"frames.*: the record cannot be written: No space left"):
        write(path, ENTRIES * 2000)


def test_a_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(ChargerctlError, match="the record cannot be written: No such file"):
        Writer(tmp_path / "no" / "frames.jsonl", ABOUT)


@pytest.mark.parametrize(
    ("content", "where"),
    [
        ("", ":1: the first line"),
        ("{}\n", ":1: the first line"),
        ("hello\n", ":1: cannot be read"),
        ('{"record": "chargerctl fleet 9"}\n', ":1: the first line"),
        ('{"record": "chargerctl fleet 1"}\n[]\n', ":2: no entry"),
        ('{"record": "chargerctl fleet 1"}\n{"t": "x", "s": "f", "d": "up"}\n', ":2: no entry"),
        ('{"record": "chargerctl fleet 1"}\n{"t": 1e999, "s": "f", "d": "up"}\n', ":2: no entry"),
        ('{"record": "chargerctl fleet 1"}\n{"t": NaN, "s": "f", "d": "up"}\n', ":2: no entry"),
        ('{"record": "chargerctl fleet 1"}\n{"t": 1e300, "s": "f", "d": "up"}\n', ":2: no entry"),
        ('{"record": "chargerctl fleet 1"}\n{"t": -1, "s": "f", "d": "up"}\n', ":2: no entry"),
        ('{"record": "chargerctl fleet 1"}\n{"t": 1, "s": "f", "d": "sideways"}\n', ":2: no entry"),
        ('{"record": "chargerctl fleet 1"}\n{"t": 1, "s": "f", "d": "out", "f": 5}\n', ":2: no entry"),
        ('{"record": "chargerctl fleet 1"}\n{"t": 1, "s": "f", "d"', ":2: cannot be read"),
        ('{"record": "chargerctl fleet 1"}\n' + "[" * 100_000, ":2: cannot be read"),
    ],
)
def test_a_damaged_one_is_named_with_its_line(tmp_path, content, where):
    path = tmp_path / "frames.jsonl"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError) as found:
        read(path)
    assert f"{path}{where}" in found.value.message


def test_one_that_was_cut_off_is_named(tmp_path):
    path = write(tmp_path / "frames.gz", ENTRIES * 50)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(InputError, match="damaged, or was cut off"):
        read(path)
    path.write_bytes(gzip.compress(b"\xff\xfe"))
    with pytest.raises(InputError, match="cannot be read"):
        read(path)


def test_parts_are_joined_by_their_times(tmp_path):
    path = tmp_path / "frames.jsonl.gz"
    parts = [part(path, worker, 2) for worker in range(2)]
    assert [each.name for each in parts] == ["frames.jsonl.1-of-2.gz", "frames.jsonl.2-of-2.gz"]
    write(parts[0], ENTRIES[::2])
    write(parts[1], ENTRIES[1::2])
    join(path, parts)
    assert read(path) == ENTRIES
    assert list(tmp_path.iterdir()) == [path]
