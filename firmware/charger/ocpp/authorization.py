# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Authorize (SPEC 4.1), and what is decided about a card without an answer."""

from charger.ocpp.calls import printable
from charger.ocpp.rpc import TIMEOUT


class Authorization:
    def __init__(self, rpc, configuration, log):
        self._rpc = rpc
        self._configuration = configuration
        self._log = log
        self._asking = self._sent = self._done = None
        self._unanswered = False

    def ask(self, id_tag, done):
        """`done(id_tag, why, parent, offline)` receives the outcome: `why` None is Accepted, else what the display shows;
        `offline`: the central system did not answer. Only the last one asked is sent."""
        self._asking = id_tag
        self._done = done
        self._unanswered = False

    @property
    def online(self):
        """The central system can be asked, and does not leave call after call unanswered. One may be lost on the way."""
        return self._rpc.online and self._rpc.lost < 2

    def step(self, now):
        if self._asking is None:
            return
        if self._unanswered or not self._rpc.online:
            # The owner's setting decides.
            why = "No Answer" if self._unanswered else "Offline"
            text = "central system did not answer: " if self._unanswered else "central system not reachable: "
            if self._configuration.allow_offline_tx_for_unknown_id:
                why = None
            self._log("card", text + ("refused" if why else "accepted offline"))
            self._done(self._asking, why, None, True)
            self._asking = None
        elif self._rpc.make_way(now):
            payload = {"idTag": self._asking}
            if self._rpc.call(
                self, "Authorize", payload, now, self._configuration.authorize_timeout_s * 1000
            ):
                self._sent = self._asking
                self._asking = None

    def answered(self, payload, error):
        if self._sent is None or self._asking is not None:
            # An answer that came too late, or another card has been presented since.
            return
        # Asked again, should there be no memory for what follows.
        self._asking = self._sent
        self._sent = None
        if error is None or isinstance(error, str):
            status, parent = id_tag_info(payload)
            self._done(self._asking, None if status == "Accepted" else "Rejected", parent, False)
            self._asking = None
        else:
            # After LOST it is asked again.
            self._unanswered = error is TIMEOUT


def id_tag_info(payload):
    """(status, parentIdTag) of an answer's idTagInfo (SPEC 7.28), (None, None) where it has no proper one.

    A parent that is blank, or no idToken (printable ASCII, SPEC 7.27), names no group: None.
    """
    info = payload.get("idTagInfo") if payload else None
    if not isinstance(info, dict) or not isinstance(info.get("status"), str):
        return None, None
    parent = info.get("parentIdTag")
    group = isinstance(parent, str) and printable(parent) and parent.strip()
    return info["status"], parent if group else None
