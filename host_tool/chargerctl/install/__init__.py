# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Puts CircuitPython itself on a board: reads an image, says which board it is for, and has it written.

An image comes from the user's download and is a stranger's: it is judged by what is in it, never by its name. Nothing here
fetches one.
"""
