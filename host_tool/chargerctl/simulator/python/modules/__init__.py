# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The modules that CircuitPython has built in, one file each, named as on the board.

Each has `make(board) -> ModuleType`, called at most once per start of the VM, when the program first imports it.
Module-level names are the board's and nothing else: a test compares them with circuitpython-stubs.
"""
