# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The books of a fleet in virtual time are checked, those of each process, and told as one."""

import re

from bench._fleet import hours


def test_two_processes_have_their_chargers_in_books_that_are_as_their_meters(capsys):
    hours.main(4, hours=1, workers=2)
    last = capsys.readouterr().out.splitlines()[-1]
    sessions, sent, booked, metered = re.search(
        r"^  (\d+) sessions: 0 missing .* 0 there that nobody sent; ([\d,]+) Wh sent, ([\d,]+) Wh booked,"
        r" by the meters ([\d,]+) Wh \(0 differ\)$",
        last,
    ).groups()
    assert int(sessions) > 1
    assert sent == booked
    assert int(metered.replace(",", "")) >= int(sent.replace(",", ""))
