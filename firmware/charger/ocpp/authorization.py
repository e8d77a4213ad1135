# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Authorize (SPEC 4.1), and what is decided about a card while the central system cannot be asked."""


class Authorization:
    def __init__(self, rpc, configuration, log):
        self._rpc = rpc
        self._configuration = configuration
        self._log = log
        self._asking = self._sent = self._done = None

    def ask(self, id_tag, done):
        """`done(id_tag, why, parent)` receives the outcome: `why` None is Accepted, else what the display shows. Only the
        last one asked is sent."""
        self._asking = id_tag
        self._done = done

    def step(self, now):
        if self._asking is None:
            return
        if not self._rpc.online:
            id_tag = self._asking
            self._asking = None
            allowed = self._configuration.offline_authorization
            self._log(
                "card", "central system not reachable: " + ("accepted offline" if allowed else "refused")
            )
            self._done(id_tag, None if allowed else "Offline", None)
        elif self._rpc.free and self._rpc.call("Authorize", {"idTag": self._asking}, self._answered, now):
            self._sent = self._asking
            self._asking = None

    def _answered(self, payload, error):
        if error == "LinkLost":
            if self._asking is None:
                self._asking = self._sent
            return
        status, parent = id_tag_info(payload)
        if status == "Accepted":
            self._done(self._sent, None, parent)
        else:
            self._done(self._sent, "No Answer" if error == "Timeout" else "Rejected", None)


def id_tag_info(payload):
    """(status, parentIdTag) of an answer's idTagInfo (SPEC 7.28), (None, None) where it has no proper one."""
    info = payload.get("idTagInfo") if payload else None
    if not isinstance(info, dict) or not isinstance(info.get("status"), str):
        return None, None
    parent = info.get("parentIdTag")
    return info["status"], parent if isinstance(parent, str) else None
