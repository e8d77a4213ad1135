# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Answers a question that was typed at the console, also where it was typed over Wi-Fi. Loaded for one question."""

from charger.visit import visit

try:
    import usb_cdc
except ImportError:
    usb_cdc = None


def answer(console, question, now):
    """Log what maintenance.py answers."""
    # The log goes to USB. Where nobody listens there, print() blocks for nobody there, and reaches the web workflow.
    elsewhere = usb_cdc is not None and usb_cdc.console is not None and not usb_cdc.console.connected
    for tag, text in visit("maintenance").answer(question, console.charger, now):
        console.log(tag, text)
        if elsewhere:
            print(tag + "  " + text)
