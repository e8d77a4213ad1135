# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The files of an MQTT broker in which each charger can do only what it has to: passwords, rights, certificates.

setup.py puts them together; nothing here talks to a broker."""
