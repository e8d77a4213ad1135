# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The quick pixel loop draws exactly what Blinka's own draws."""

from __future__ import annotations

import inspect
import random

import pytest
from chargerctl.simulator.display.blinka import Blinka
from chargerctl.simulator.display.displayio_fill import fast_fill


@pytest.fixture
def blinka(bench):
    return Blinka(bench.board)


@pytest.fixture
def scene(blinka):
    """A random picture: (group, fill function) -> bytes on the wire."""
    displayio = blinka.load("displayio")
    structs = blinka.load("displayio._structs")
    area_class = blinka.load("displayio._area").Area
    tilegrid = blinka.load("displayio._tilegrid")
    colorspace = structs.ColorspaceStruct(depth=1, grayscale=True, grayscale_bit=7, bytes_per_cell=1)

    def palette(chance):
        made = displayio.Palette(2)
        made[0], made[1] = chance.choice([(0, 0xFFFFFF), (0xFFFFFF, 0), (0xFFFFFF, 0xFFFFFF)])
        if chance.random() < 0.4:
            made.make_transparent(chance.randrange(2))
        return made

    def grid(chance):
        tile_width, tile_height = chance.choice([(6, 12), (8, 8), (33, 5), (1, 1)])
        sheet = displayio.Bitmap(tile_width * 3, tile_height * 2, 2)
        for index in range(sheet.width * sheet.height):
            sheet[index] = chance.randrange(2)
        made = displayio.TileGrid(
            sheet,
            pixel_shader=palette(chance),
            width=chance.randint(1, 4),
            height=chance.randint(1, 3),
            tile_width=tile_width,
            tile_height=tile_height,
            x=chance.randint(-10, 60),
            y=chance.randint(-10, 40),
        )
        for index in range(made.width * made.height):
            made[index] = chance.randrange(6)
        if chance.random() < 0.2:
            made._set_top_left(chance.randrange(made.width), chance.randrange(made.height))
        made.flip_x = chance.random() < 0.1
        return made

    def draw(seed, fill):
        chance = random.Random(seed)
        group = displayio.Group()
        for _ in range(chance.randint(1, 4)):
            part = displayio.Group(scale=chance.choice([1, 1, 2, 3]), x=chance.randint(-5, 20))
            part.append(grid(chance))
            group.append(part)
        group._update_transform(structs.TransformStruct())
        top = chance.choice([0, 8, 16])
        area = area_class(
            chance.randint(0, 20), top, chance.randint(60, 128), top + chance.choice([8, 24, 40])
        )
        words = area.size() // 32 + 1
        buffer = memoryview(bytearray(words * 4)).cast("I")
        mask = memoryview(bytearray(words * 4)).cast("I")
        tilegrid._fill_pixels_packed = fill
        covered = group._fill_area(colorspace, area, mask, buffer)
        return covered, buffer.tobytes(), mask.tobytes()

    return draw


def test_both_draw_the_same(blinka, scene):
    tilegrid = blinka.load("displayio._tilegrid")
    quick = tilegrid._fill_pixels_packed
    original = inspect.getclosurevars(quick).nonlocals["original"]
    for seed in range(300):
        assert scene(seed, original) == scene(seed, quick), f"scene {seed}"


def test_it_leaves_to_the_original_what_it_was_not_made_for():
    asked = []
    fill = fast_fill(lambda *arguments: asked.append(arguments) or True)
    sideways = (0, 128, 1, 0, 0, 0, 1, 0, 1)
    assert fill(
        None,
        None,
        [0, 1],
        b"\x01\x01",
        sideways,
        None,
        type("Bitmap", (), {"_bits_per_value": 1}),
        (1, 8, False, False, 128),
    )
    assert len(asked) == 1
