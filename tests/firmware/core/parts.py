# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The parts of a rig's core that the handlers of rare calls may use (charger/ocpp/visitors.py)."""


def parts(rig):
    """The Charger: rpc, transactions, configuration, visitors and so on."""
    # Nobody else keeps them all: the Core itself need not stay loaded.
    [task] = [task for task in rig.core.rest if task.name == "visitors"]
    return task.step.__self__._charger
