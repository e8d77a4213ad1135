# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A power cut before, during and after each operation on each memory: what it leaves, and that nothing runs after it."""

import pytest

PICO = "raspberry_pi_pico_w"
XIAO_C6 = "seeed_xiao_esp32c6"
CODE = """
    import microcontroller, os, time
    print("begun")
    try:
        {}
    finally:
        print("ended")
    time.sleep(9)
"""


def cut(make_board, statement, board_id, operation, phase, number=1, prepare=lambda board: None, **options):
    """Run the statement; the power goes in this phase of the operation, the `number`th of its kind since "begun"."""
    board = make_board(CODE.format(statement), board_id, **options)
    prepare(board)
    seen = []

    def reached(name, in_phase):
        if "begun" in board.console.lines and (name, in_phase) == (operation, phase):
            seen.append(name)
            if len(seen) == number:
                board.power(False)

    board.operations.reached = reached
    board.power(True)
    board.run_for(6)
    assert not board.powered, "the operation was never reached"
    assert "ended" not in board.console.lines
    return board


def fill(board):
    board.nvm.data[:] = b"old!" * (len(board.nvm.data) // 4)


@pytest.mark.parametrize("board_id", [PICO, XIAO_C6])
def test_nvm_that_is_erased_first(make_board, board_id):
    def left(operation, phase, seed=0):
        board = cut(
            make_board,
            "microcontroller.nvm[0:4] = b'new!'",
            board_id,
            operation,
            phase,
            prepare=fill,
            seed=seed,
        )
        return bytes(board.nvm.data)

    size = len(left("nvm erase", "before"))
    old, blank = b"old!" * (size // 4), b"\xff" * size
    new = b"new!" + old[4:]
    assert left("nvm erase", "before") == old
    assert left("nvm erase", "after") == left("nvm program", "before") == blank
    assert left("nvm program", "after") == new
    erasing = {left("nvm erase", "during", seed) for seed in range(12)}
    assert {old, blank} < erasing, "hardly begun, hardly missing, and on the way"
    assert all(now & was == was for torn in erasing for now, was in zip(torn, old, strict=True)), (
        "bits only turn to 1"
    )
    writing = {left("nvm program", "during", seed) for seed in range(12)}
    assert len(writing) > 5
    assert not {old, new} & writing


def test_rp2_programs_blank_bytes_in_place(make_board):
    def left(phase, seed=0):
        return bytes(
            cut(
                make_board, "microcontroller.nvm[8:12] = bytes(4)", PICO, "nvm program", phase, seed=seed
            ).nvm.data
        )

    blank = b"\xff" * 4096
    assert left("before") == blank
    assert left("after") == blank[:8] + bytes(4) + blank[12:]
    torn = {left("during", seed) for seed in range(12)}
    assert len(torn) > 3
    assert all(each[:8] + each[12:] == blank[4:] for each in torn), "its neighbours are as they were"


TWO_FILES = """
    for name in "ab":
            with open(name, "wb") as file:
                file.write(name.encode() * {size})
        file = open("b", "r+b")
        file.seek({at})
        file.write(b"B" * 512)
        os.sync()
""".strip()


@pytest.mark.parametrize(
    ("size", "at", "harmed"), [(512, 0, True), (12288, 4096, False)], ids=["close", "with a gap"]
)
def test_files_that_share_a_block_of_flash_are_torn_together(make_board, drive, size, at, harmed):
    """FAT does not know the 4 KB that the flash erases together. With 4 KB on both sides nothing else is in them."""
    harm = set()
    for seed in range(8):
        cut(
            make_board,
            TWO_FILES.format(size=size, at=at),
            XIAO_C6,
            "file write",
            "during",
            count(size),
            seed=seed,
        )
        harm.add((drive / "a").read_bytes() != b"a" * size)
    assert harm == ({True, False} if harmed else {False})


def count(size):
    """Which write of a block is that of the sector: after those that made the two files."""
    return 2 * -(-size // 4096) + 1
