# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What amqtt writes to its loggers, as events: a client can make it write as much as it likes, and whoever tells counts."""

from __future__ import annotations

import logging

from chargerctl.events.event import Event, Tell
from chargerctl.visible import visible

_LONGEST = 300


class AmqttLog(logging.Handler):
    """From its construction until close(). Tracebacks are left out."""

    def __init__(self, tell: Tell) -> None:
        super().__init__(logging.WARNING)
        self._tell = tell
        self._logger = logging.getLogger("amqtt")
        self._propagated = self._logger.propagate
        self._logger.addHandler(self)
        self._logger.propagate = False

    def emit(self, record: logging.LogRecord) -> None:
        """WARNING and above."""
        self._tell(Event("mqtt", f"MQTT broker: {visible(record.getMessage())[:_LONGEST]}"))

    def close(self) -> None:
        self._logger.removeHandler(self)
        self._logger.propagate = self._propagated
        super().close()
