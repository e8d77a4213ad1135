# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What every web page of chargerctl is made with: the server, its guard, templates, live streams, style and script."""
