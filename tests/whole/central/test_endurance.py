# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Two processes of the central system, or of the bridge, at a cluster of brokers: whatever is killed or stands still, each
session is in the books once, with its energy. `python -m bench endurance` prints more of it."""

import pytest

from tests.whole.central.disasters import Endurance


@pytest.mark.parametrize(
    ("broker", "bridges", "chargers", "kills", "seed", "still_s"),
    [
        ("nats", False, 10, 4, 3, 5),
        pytest.param("nats", False, 50, 100, 0, 25, marks=pytest.mark.soak),
        pytest.param("nats", True, 50, 100, 0, 25, marks=pytest.mark.soak),
        pytest.param("rabbitmq", False, 50, 100, 1, 25, marks=pytest.mark.soak),
        pytest.param("rabbitmq", True, 50, 100, 1, 25, marks=pytest.mark.soak),
        pytest.param("mosquitto", False, 50, 100, 1, 25, marks=pytest.mark.soak),
        pytest.param("mosquitto", True, 50, 100, 1, 25, marks=pytest.mark.soak),
    ],
)
def test_no_session_is_lost_or_doubled(
    tmp_path, record_property, broker, bridges, chargers, kills, seed, still_s
):
    with Endurance(tmp_path, broker, chargers, seed, still_s=still_s, bridges=bridges) as endurance:
        outcome = endurance.run(kills)
    record_property(
        "counts",
        f"{broker}, seed {seed}: {outcome.sessions} sessions over {kills} disasters, {len(outcome.wrong)} wrong; all "
        f"chargers answered again after {outcome.back():.1f} s (half of them), {outcome.back(1):.1f} s (at most)",
    )
    assert outcome.wrong == []
    assert outcome.booked_wh == outcome.charged_wh
