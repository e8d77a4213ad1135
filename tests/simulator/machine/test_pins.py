# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT

import pytest
from chargerctl.simulator.machine.pins import Pin, Pull


@pytest.fixture
def pin():
    return Pin("D5", 5)


def test_an_open_pin_floats(pin):
    assert pin.level is False
    assert Pin("D6", 6, floating=True).level is True


def test_output_wins_over_driver_over_pull(pin):
    pin.pull(Pull.UP)
    assert pin.level is True
    pin.external(False)
    assert pin.level is False
    pin.drive(True)
    assert pin.level is True
    pin.drive(None)
    assert pin.level is False
    pin.external(None)
    assert pin.level is True
    pin.pull(None)
    assert pin.level is False


def test_watchers_hear_of_changes_of_level_only(pin):
    levels = []
    pin.watch(lambda changed: levels.append(changed.level))
    pin.pull(Pull.DOWN)
    pin.drive(True)
    pin.drive(True)
    pin.drive(False)
    assert levels == [True, False]


def test_configuring_in_one_step_shows_no_level_in_between(pin):
    pin.configure(True, None)
    levels = []
    pin.watch(lambda changed: levels.append(changed.level))
    pin.configure(None, Pull.UP)
    assert levels == []


def test_a_watcher_can_leave_while_it_is_called(pin):
    levels = []

    def once(changed):
        levels.append(changed.level)
        changed.unwatch(once)

    pin.watch(once)
    pin.drive(True)
    pin.drive(False)
    assert levels == [True]


@pytest.mark.parametrize(
    ("version", "found"),
    [((10, 0, 3), "module 'board' has no attribute 'MTDI'"), ((10, 1, 0), "microcontroller.pin.GPIO41")],
    ids=str,
)
def test_a_name_that_this_circuitpython_does_not_have_is_no_attribute(output, version, found):
    code = """
        import board
        print(board.MIC_DATA)
        try:
            print(board.MTDI)
        except AttributeError as error:
            print(error)
    """
    said = output(code, "seeed_xiao_esp32_s3_sense", version=version)
    assert said == ["microcontroller.pin.GPIO41", found]
