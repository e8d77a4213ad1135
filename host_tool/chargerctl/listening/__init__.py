# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Servers that strangers reach: sockets that let in only whom there is a place for."""
