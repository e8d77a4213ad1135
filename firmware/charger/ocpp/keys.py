# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""GetConfiguration (SPEC 5.8) and ChangeConfiguration (SPEC 5.3) with the keys of SPEC 9.1. Loaded for one call.

What the central system sets is an attribute of charger.configuration, obeyed at once, and a fact of the journal.
"""

from micropython import const

from charger import journal
from charger.ocpp.calls import CallError, printable, required
from charger.visit import visit

_INT = const(0)
_BOOL = const(1)
_SET = const(2)
_ROTATION = const(3)
# (key, number, kind). The number is that of its fact, of its place in attributes.read, and of its range there.
_KEYS = (
    ("AllowOfflineTxForUnknownId", 3, _BOOL),
    ("AuthorizationCacheEnabled", 14, _BOOL),
    ("AuthorizeRemoteTxRequests", 17, _BOOL),
    ("ClockAlignedDataInterval", 5, _INT),
    ("ConnectionTimeOut", 2, _INT),
    ("ConnectorPhaseRotation", 40, _ROTATION),
    ("HeartbeatInterval", 0, _INT),
    ("LocalAuthorizeOffline", 15, _BOOL),
    ("LocalPreAuthorize", 16, _BOOL),
    ("MaxEnergyOnInvalidId", 19, _INT),
    ("MessageTimeout", 12, _INT),
    ("MeterValueSampleInterval", 1, _INT),
    ("MeterValuesAlignedData", 7, _SET),
    ("MeterValuesSampledData", 6, _SET),
    ("MinimumStatusDuration", 4, _INT),
    ("ResetRetries", 13, _INT),
    ("StopTransactionOnEVSideDisconnect", 20, _BOOL),
    ("StopTransactionOnInvalidId", 18, _BOOL),
    ("StopTxnAlignedData", 9, _SET),
    ("StopTxnSampledData", 8, _SET),
    ("TransactionMessageAttempts", 10, _INT),
    ("TransactionMessageRetryInterval", 11, _INT),
    ("UnlockConnectorOnEVSideDisconnect", 21, _BOOL),
)
_TIMEOUT = const(2)
_PHASES = const(40)  # its value is only a fact: nothing here depends on the order of the phases
_CACHE = const(14)
_UNLOCK = const(21)
# The longest that fit a frame of 2048 bytes together.
_MOST_KEYS = const(24)
_FIXED = (
    ("GetConfigurationMaxKeys", "24"),
    ("NumberOfConnectors", "1"),
    ("SupportedFeatureProfiles", "Core,RemoteTrigger"),
    # From here on only by name: with them the list of all would not fit a frame.
    ("ConnectorPhaseRotationMaxLength", "2"),
    ("MeterValuesAlignedDataMaxLength", "2"),
    ("MeterValuesSampledDataMaxLength", "2"),
    ("StopTxnAlignedDataMaxLength", "2"),
    ("StopTxnSampledDataMaxLength", "2"),
    ("StopTransactionMaxMeterValues", "6"),  # as in samples.py
    ("SupportedFileTransferProtocols", "HTTP,HTTPS"),
)
_LISTED = const(3)
# By their bits, 1 and 2.
_MEASURANDS = ("Energy.Active.Import.Register", "Power.Active.Import")
_ROTATIONS = ("", "NotApplicable", "Unknown", "RST", "RTS", "SRT", "STR", "TRS", "TSR")
_UNKNOWN = const(2 << 4)  # of connector 1; connector 0 is in the lower four bits


def entries(charger, asked=None):
    """The keys and their values as OCPP's KeyValue, a dict each: all, or those that are `asked` for in lower case."""
    present = visit("ocpp.attributes").read(charger.configuration)
    found = []
    for row in _KEYS:
        if asked is None or row[0].lower() in asked:
            fixed = _is_fixed(charger, row)
            value = "false" if fixed else _text(charger, row, present)
            found.append({"key": row[0], "readonly": fixed, "value": value})
    for key, value in _FIXED if asked else _FIXED[:_LISTED]:
        if asked is None or key.lower() in asked:
            found.append({"key": key, "readonly": True, "value": value})
    return found


def _get(charger, payload):
    asked = payload.get("key", ())
    if not isinstance(asked, (list, tuple)):
        raise CallError("TypeConstraintViolation", "key is a list of strings")
    if len(asked) > _MOST_KEYS:
        raise CallError("OccurenceConstraintViolation", "at most 24 keys: GetConfigurationMaxKeys")
    for key in asked:
        if not isinstance(key, str):
            raise CallError("TypeConstraintViolation", "key is a list of strings")
        _check(key, 50)
        # In the answer they would take two characters each.
        if '"' in key or "\\" in key:
            raise CallError("PropertyConstraintViolation", "a key has neither quotes nor backslashes")
    if not asked:
        return {"configurationKey": entries(charger)}
    found = entries(charger, [key.lower() for key in asked])
    answer = {"configurationKey": found}
    known = [each["key"].lower() for each in found]
    unknown = []
    for key in asked:
        if key.lower() not in known:
            unknown.append(key)
            known.append(key.lower())
    if unknown:
        answer["unknownKey"] = unknown
    return answer


def _change(charger, payload):
    key = required(payload, "key", str)
    text = required(payload, "value", str)
    _check(key, 50)
    _check(text, 500)
    return _set(charger, key.lower(), text.lower())


def _set(charger, key, text):
    """The answer to a change; both in lower case, as the standard compares them (SPEC 2: CiString)."""
    for row in _KEYS:
        if row[0].lower() == key:
            break
    else:
        for fixed, _ in _FIXED:
            if fixed.lower() == key:
                return {"status": "Rejected"}
        return {"status": "NotSupported"}
    value = None if _is_fixed(charger, row) else _value(charger, row, text)
    if value is None:
        return {"status": "Rejected"}

    def done():
        return _apply(charger, row, value, text)

    return visit("ocpp.written").Written(charger.board, journal.KEYS + row[1], value, done)


def _apply(charger, row, value, text):
    number = row[1]
    attributes = visit("ocpp.attributes")
    present = attributes.read(charger.configuration)
    if number == _CACHE and present[number] != value:
        # Switched off it has no cards, and ClearCache is refused: there must be none when it is switched on again.
        charger.authorization.news[:] = [("",)]
    if number != _PHASES:
        present[number] = value
        attributes.write(charger.configuration, present)
    charger.board.console.log("ocpp", row[0] + " = " + text)
    return {"status": "Accepted"}


def _is_fixed(charger, row):
    # ERR 3.83: nothing to unlock.
    return row[1] == _UNLOCK and not charger.board.lock.fitted


def _text(charger, row, present):
    """The value of a key as OCPP spells it."""
    number, kind = row[1:3]
    value = None if number == _PHASES else present[number]
    if kind == _BOOL:
        return "true" if value else "false"
    if kind == _SET:
        # Without a meter nothing is measured.
        measured = charger.board.has_meter
        return ",".join([each for at, each in enumerate(_MEASURANDS) if measured and value & 1 << at])
    if kind == _ROTATION:
        value = charger.board.journal.get(journal.KEYS + _PHASES)
        value = _UNKNOWN if value is None else value
        names = (_ROTATIONS[value & 15], _ROTATIONS[value >> 4])
        return ",".join(["{}.{}".format(at, name) for at, name in enumerate(names) if name])
    return str(value)


def _value(charger, row, text):
    """The number that `text`, in lower case, means for a key; None: it is no value for it."""
    kind = row[2]
    if kind == _BOOL:
        return {"true": 1, "false": 0}.get(text)
    if kind == _SET:
        supported = _MEASURANDS if charger.board.has_meter else ()
        return _bits(text, [each.lower() for each in supported])
    if kind == _ROTATION:
        names = [name.lower() for name in _ROTATIONS]
        value = 0
        for item in text.split(",") if text else ():
            place, _, name = item.strip().partition(".")
            shift = {"0": 0, "1": 4}.get(place)
            if shift is None or name not in names[1:] or value >> shift & 15:
                return None
            value |= names.index(name) << shift
        return value
    if not 0 < len(text) < 8 or (text[0] == "0" and text != "0"):
        return None
    for digit in text:
        if digit not in "0123456789":
            return None
    value = int(text)
    if row[1] == _TIMEOUT and value * 1000 > charger.limits.stale_authorization_ms:
        return None
    return value if visit("ocpp.attributes").fits(row[1], value) else None


def _bits(text, names):
    """A list of names, each at most once, as bits; None where one is not in `names`. An empty text is an empty list."""
    value = 0
    for item in text.split(",") if text else ():
        if item.strip() not in names:
            return None
        bit = 1 << names.index(item.strip())
        if value & bit:
            return None
        value |= bit
    return value


def _check(text, most):
    if len(text) > most or not printable(text):
        raise CallError("PropertyConstraintViolation", "at most {} printable ASCII characters".format(most))


ACTIONS = {"GetConfiguration": _get, "ChangeConfiguration": _change}
