# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Authorize (SPEC 4.1), and what is decided about a card without an answer: by the cache (cache.py, a visitor) and the
keys of SPEC 3.5."""

from micropython import const

from charger.ocpp.calls import printable
from charger.ocpp.rpc import TIMEOUT
from charger.visit import LOAD_MS, visit

_MAX_ID_TAG = const(20)
# So much news of cards waits for the relay to be open; more is learned at once where that is allowed; of more than twice
# as much the oldest is forgotten.
_NEWS = const(4)


class Authorization:
    """`news`: (idTag, status, parentIdTag or None, expiryDate or None) of answers that the cache has yet to learn; an idTag
    of "": it forgets all cards."""

    def __init__(self, rpc, configuration, records, clock, stalls, log):
        self._rpc = rpc
        self._configuration = configuration
        self._journal = records
        self._clock = clock
        self._stalls = stalls
        self._log = log
        self._asking = self._sent = self._done = None
        self._unanswered = self._looked = False
        # The cache could not be loaded: not tried again before something happens.
        self._failed = False
        self.news = []

    def ask(self, id_tag, done):
        """`done(id_tag, why, parent, offline)` receives the outcome: `why` None is Accepted, else what the display shows;
        `offline`: the central system did not answer. Only the last one asked is sent."""
        self._asking = id_tag
        self._done = done
        self._unanswered = self._looked = self._failed = False

    @property
    def online(self):
        """The central system can be asked, and does not leave call after call unanswered. One may be lost on the way."""
        return self._rpc.online and self._rpc.lost < 2

    def step(self, now):
        id_tag = self._asking
        if id_tag is None:
            self._learn()
            return
        configuration = self._configuration
        offline = self._unanswered or not self._rpc.online
        status = parent = None
        if offline or (configuration.local_pre_authorize and not self._looked):
            self._looked = True
            if configuration.authorization_cache_enabled:
                status, parent = self._look(id_tag)
        if offline:
            self._done(id_tag, self._refusal(status), parent, True)
            self._asking = None
        elif status == "Accepted":
            self._log("card", "accepted from the cache")
            self._done(id_tag, None, parent, False)
            self._asking = None
        elif self._rpc.make_way(now):
            payload = {"idTag": id_tag}
            if self._rpc.call(self, "Authorize", payload, now, configuration.authorize_timeout_s * 1000):
                self._sent = id_tag
                self._asking = None

    def answered(self, payload, error):
        if self._sent is None or self._asking is not None:
            # An answer that came too late, or another card has been presented since.
            return
        # Asked again, should there be no memory for what follows.
        self._asking = self._sent
        self._sent = None
        if error is None or isinstance(error, str):
            status, parent = self.learn(self._asking, payload)
            self._done(self._asking, None if status == "Accepted" else "Rejected", parent, False)
            self._asking = None
        else:
            # After LOST it is asked again.
            self._unanswered = error is TIMEOUT

    def learn(self, id_tag, payload):
        """(status, parentIdTag) of the idTagInfo (SPEC 7.27) in the answer to a message with `id_tag`, for the cache, too;
        (None, None) where it has no proper one.

        A parent that is blank, too long or no idToken (printable ASCII, SPEC 7.28), names no group: None.
        """
        info = payload.get("idTagInfo") if payload else None
        if not isinstance(info, dict) or not isinstance(info.get("status"), str):
            return None, None
        status = info["status"]
        parent = info.get("parentIdTag")
        if not (
            isinstance(parent, str) and len(parent) <= _MAX_ID_TAG and printable(parent) and parent.strip()
        ):
            parent = None
        if not self._configuration.authorization_cache_enabled:
            return status, parent
        expiry = info.get("expiryDate")
        if expiry is not None:
            # What is no text is no time either.
            expiry = expiry[:40] if isinstance(expiry, str) else ""
        news = self.news
        for known in news:
            if known[0] == id_tag:
                news.remove(known)
                break
        if len(news) >= 2 * _NEWS:
            news.pop(0)
        news.append((id_tag, status[:_MAX_ID_TAG], parent, expiry))
        self._failed = False
        return status, parent

    def _learn(self):
        news = self.news
        if news and not self._failed and (self._stalls.idle or len(news) >= _NEWS):
            self._look(None)

    def _look(self, id_tag):
        """(status, parentIdTag) of a card in the cache, (None, None) where it is unknown. A status of "" when that cannot be
        told now."""
        if self._stalls.allow(LOAD_MS):
            try:
                return visit("ocpp.cache").look(self._journal, self._clock.unix(), self.news, id_tag)
            except (ImportError, MemoryError) as error:
                self._failed = True
                self._log("card", "cannot load the cache ({})".format(error))
        return "", None

    def _refusal(self, status):
        """Why a card is refused without an answer, or None. `status`: as the cache has it."""
        configuration = self._configuration
        why = "No Answer" if self._unanswered else "Offline"
        text = "central system did not answer: " if self._unanswered else "central system not reachable: "
        if status is None or status == "Accepted":
            if configuration.allow_offline_tx_for_unknown_id or (
                status and configuration.local_authorize_offline
            ):
                why = None
        elif status:
            # Whatever the keys say (SPEC 3.5.4).
            why = "Rejected"
        known = ", {} in the cache".format(status) if status else ""
        self._log("card", text + ("refused" if why else "accepted offline") + known)
        return why
