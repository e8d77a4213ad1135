# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What to do where a broker is not reached."""

import pytest
from chargerctl.mqtt.refusal import BROKER, unreached


@pytest.mark.parametrize("error", [ConnectionResetError(), TimeoutError()])
def test_a_broker_without_tls_stays_silent_or_hangs_up_when_tls_is_tried(error):
    assert BROKER.without_tls in unreached(error, True, BROKER).remedy
    assert BROKER.without_tls not in unreached(error, False, BROKER).remedy
