# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""As many connections as the system allows, and what is told if they are few."""

import asyncio
import errno
import subprocess
import sys

import pytest
from chargerctl.descriptors import watch

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")

PROGRAM = """
import resource
from chargerctl.descriptors import prepare
resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))
prepare(lambda event: print(event.what, event.text))
print(resource.getrlimit(resource.RLIMIT_NOFILE)[0])
"""


def prepared(soft, hard):
    """What is printed in a process with these limits; it ends with the soft limit that it has then."""
    program = PROGRAM.format(soft=soft, hard=hard)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_the_soft_limit_is_raised_to_the_hard_one():
    assert prepared(256, 1500) == ["1500"]
    assert prepared(1500, 1500) == ["1500"]


def test_few_connections_are_told_with_what_to_do():
    told, limit = prepared(100, 200)
    assert limit == "200"
    assert told == (
        "warning 200 open files are allowed: at most about 170 connections; raise the limit: `ulimit -n`, or LimitNOFILE= "
        "in a systemd unit"
    )


def test_so_many_connections_as_are_needed_or_what_to_do_about_it():
    program = PROGRAM.replace(
        "prepare(lambda event: print(event.what, event.text))", "enough_for(1000)"
    ).replace("import prepare", "import enough_for")
    enough, few = (
        subprocess.run(
            [sys.executable, "-c", program.format(soft=100, hard=hard)],
            capture_output=True,
            text=True,
            check=False,
        )
        for hard in (1100, 900)
    )
    assert enough.stdout.splitlines() == ["1100"]
    assert "1,000 connections need as many open files, and 900 are allowed: raise the limit" in few.stderr


def test_that_there_are_no_descriptors_is_told_once_a_minute_and_other_errors_as_always(caplog):
    now, events = [0.0], []
    loop = asyncio.new_event_loop()
    watch(loop, events.append, lambda: now[0])
    error = OSError(errno.EMFILE, "Too many open files")
    for now[0] in (0.0, 1.0, 59.0, 60.0):
        loop.call_exception_handler({"message": "accept() out of system resource", "exception": error})
    loop.call_exception_handler({"message": "another", "exception": ValueError("a bug")})
    loop.close()
    assert [event.what for event in events] == ["descriptors"] * 2
    assert "Too many open files; raise the limit" in events[0].text
    assert [record.message.splitlines()[0] for record in caplog.records] == ["another"]
