# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The web page of `central serve --http`: one folder for each page, and what they share."""
