# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""GetConfiguration, ChangeConfiguration and DataTransfer: the keys, their types and ranges, and whose word counts."""

import json

import pytest
from charger import records
from charger.journal import KEYS
from chargerctl.central.messages.schemas import CALL_RESULT, check_payload

from tests.firmware.core.media import Charger as Memory
from tests.firmware.core.media import Medium

REQUIRED = (
    "AuthorizeRemoteTxRequests",
    "ClockAlignedDataInterval",
    "ConnectionTimeOut",
    "ConnectorPhaseRotation",
    "GetConfigurationMaxKeys",
    "HeartbeatInterval",
    "LocalAuthorizeOffline",
    "LocalPreAuthorize",
    "MeterValuesAlignedData",
    "MeterValuesSampledData",
    "MeterValueSampleInterval",
    "NumberOfConnectors",
    "ResetRetries",
    "StopTransactionOnEVSideDisconnect",
    "StopTransactionOnInvalidId",
    "StopTxnAlignedData",
    "StopTxnSampledData",
    "SupportedFeatureProfiles",
    "TransactionMessageAttempts",
    "TransactionMessageRetryInterval",
    "UnlockConnectorOnEVSideDisconnect",
)
OPTIONAL = (
    "AllowOfflineTxForUnknownId",
    "AuthorizationCacheEnabled",
    "MaxEnergyOnInvalidId",
    "MessageTimeout",
    "MinimumStatusDuration",
)
BY_NAME = (
    "ConnectorPhaseRotationMaxLength",
    "MeterValuesAlignedDataMaxLength",
    "MeterValuesSampledDataMaxLength",
    "StopTxnAlignedDataMaxLength",
    "StopTxnSampledDataMaxLength",
    "StopTransactionMaxMeterValues",
    "SupportedFileTransferProtocols",
)
BOTH = "Energy.Active.Import.Register,Power.Active.Import"


def get(rig, *keys, unique_id="c1"):
    """{key: (value, readonly)} of the answer, and the unknown keys."""
    before = len(rig.results())
    answer = rig.call("GetConfiguration", {"key": list(keys)} if keys else {}, unique_id)
    assert len(rig.results()) == before + 1
    assert answer[0] == 3, answer
    check_payload(CALL_RESULT, "GetConfiguration", answer[2])
    found = {each["key"]: (each["value"], each["readonly"]) for each in answer[2]["configurationKey"]}
    assert len(found) == len(answer[2]["configurationKey"])
    return found, answer[2].get("unknownKey", [])


def value(rig, key):
    found, unknown = get(rig, key, unique_id=f"get {rig.now}")
    assert not unknown
    return found[key][0]


def change(rig, key, text):
    answer = rig.call("ChangeConfiguration", {"key": key, "value": text}, f"{rig.now}")
    assert answer[0] == 3, answer
    check_payload(CALL_RESULT, "ChangeConfiguration", answer[2])
    return answer[2]["status"]


@pytest.fixture
def online(rig):
    rig.run(500)
    return rig


# What is there.


@pytest.mark.requirement("SPEC 5.8", "Without a list of keys, all configuration keys are answered.")
@pytest.mark.requirement("SPEC 9.1", "Every required key of the Core profile exists.")
@pytest.mark.parametrize("payload", [{}, {"key": []}])
def test_without_a_list_all_keys_are_answered(online, payload):
    answer = online.call("GetConfiguration", payload)
    assert {each["key"] for each in answer[2]["configurationKey"]} == {*REQUIRED, *OPTIONAL}
    assert "unknownKey" not in answer[2]


@pytest.mark.requirement("SPEC 7.29", "Keys that ChangeConfiguration cannot set are marked as read-only.")
@pytest.mark.requirement("SPEC 9.1.21", "NumberOfConnectors is read only")
@pytest.mark.requirement("ERR 3.88", "It lists the protocols of GetDiagnostics")
def test_read_only_keys_are_marked_and_refuse_a_change(online):
    found, _ = get(online)
    assert {key for key in found if found[key][1]} == {
        "GetConfigurationMaxKeys",
        "NumberOfConnectors",
        "SupportedFeatureProfiles",
    }
    more, _ = get(online, *BY_NAME, unique_id="c2")
    assert all(readonly for _, readonly in more.values())
    assert found["NumberOfConnectors"][0] == "1"
    assert more["SupportedFileTransferProtocols"][0] == "HTTP,HTTPS"
    assert len(more) == len(BY_NAME)
    for key, (text, _) in {**more, **{key: found[key] for key in found if found[key][1]}}.items():
        assert change(online, key, text) == "Rejected"


@pytest.mark.requirement("SPEC 5.8", "Keys that are not known are listed as unknownKey, each once.")
@pytest.mark.requirement("SPEC 7.17", "Names of keys are compared without regard to upper and lower case.")
def test_named_keys_are_compared_without_case_and_unknown_ones_are_listed(online):
    found, unknown = get(online, "heartbeatinterval", "HEARTBEATINTERVAL", "Nothing", "nothing", "")
    assert list(found) == ["HeartbeatInterval"]
    assert unknown == ["Nothing", ""]


@pytest.mark.requirement("SPEC 9.1.9", "No more keys than GetConfigurationMaxKeys are answered at once.")
@pytest.mark.requirement("SPEC 5.8", "The longest answer fits a frame of 2048 bytes.")
@pytest.mark.requirement("SPEC 9.1.17", "Measurands of sampled MeterValues")
def test_every_answer_fits_a_frame_also_with_the_longest_values(online):
    unique_id = "x" * 36
    longest = {
        **dict.fromkeys(REQUIRED[8:10] + REQUIRED[15:17], BOTH),
        "ConnectorPhaseRotation": "0.NotApplicable,1.NotApplicable",
        "ClockAlignedDataInterval": "86400",
        "HeartbeatInterval": "86400",
        "MeterValueSampleInterval": "86400",
        "ConnectionTimeOut": "60",
        "MaxEnergyOnInvalidId": "1000000",
        "MessageTimeout": "600",
        "MinimumStatusDuration": "3600",
        "ResetRetries": "10",
        "TransactionMessageAttempts": "100",
        "TransactionMessageRetryInterval": "3600",
        **dict.fromkeys(("LocalAuthorizeOffline", "StopTransactionOnInvalidId"), "false"),
        **dict.fromkeys(("StopTransactionOnEVSideDisconnect", "AuthorizationCacheEnabled"), "false"),
        "UnlockConnectorOnEVSideDisconnect": "false",
    }
    for key, text in longest.items():
        assert change(online, key, text) == "Accepted", key
    sizes = []
    online.link.publish, publish = (
        lambda frame: sizes.append(len(frame.encode())) or publish(frame),
        online.link.publish,
    )
    found, _ = get(online, unique_id=unique_id)
    more, _ = get(online, *BY_NAME, unique_id="y" * 36)
    entries = {**found, **more}
    most = int(found["GetConfigurationMaxKeys"][0])
    by_length = sorted(entries, key=lambda key: -len(key) - len(entries[key][0]))
    get(online, *by_length[:most], unique_id="z" * 36)
    get(online, *[f"{n:050}" for n in range(most)], unique_id="w" * 36)
    assert len(sizes) == 4
    assert max(sizes) <= 2048, sizes
    answer = online.call("GetConfiguration", {"key": ["x"] * (most + 1)}, "v")
    assert answer[:3] == [4, "v", "OccurenceConstraintViolation"]


@pytest.mark.requirement("SPEC 4.2", "While Pending, GetConfiguration and ChangeConfiguration are answered.")
def test_while_pending_keys_can_be_read_and_set(rig):
    rig.answers["BootNotification"] = {
        "status": "Pending",
        "interval": 30,
        "currentTime": "2026-11-22T07:30:00Z",
    }
    rig.run(500)
    assert change(rig, "HeartbeatInterval", "77") == "Accepted"
    assert value(rig, "HeartbeatInterval") == "77"


# What a change does.


@pytest.mark.requirement("SPEC 9.1.7", "ConnectorPhaseRotation is kept and given back")
@pytest.mark.requirement("behaviour 26", "A valid value is Accepted, and effective at once.")
@pytest.mark.requirement("SPEC 5.3", "A change that holds at once is Accepted.")
def test_each_kind_of_value_is_set_and_read_back_as_the_standard_spells_it(online):
    for key, text, spelt in (
        ("ConnectionTimeOut", "5", "5"),
        ("LocalPreAuthorize", "TRUE", "true"),
        ("localauthorizeoffline", "False", "false"),
        ("MeterValuesSampledData", "power.active.import, energy.active.import.register", BOTH),
        ("StopTxnSampledData", "Power.Active.Import", "Power.Active.Import"),
        ("StopTxnAlignedData", "", ""),
        ("MeterValueSampleInterval", "0", "0"),
        ("ConnectorPhaseRotation", "1.RTS, 0.RST", "0.RST,1.RTS"),
        ("ConnectorPhaseRotation", "1.notapplicable", "1.NotApplicable"),
    ):
        assert change(online, key, text) == "Accepted", key
        (found,) = get(online, key, unique_id=f"g{online.now}")[0].values()
        assert found == (spelt, False)


@pytest.mark.requirement("SPEC 5.3", "No key is RebootRequired: each holds at once")
def test_every_key_that_can_be_set_is_accepted_at_once(online):
    keys = get(online, unique_id="all")[0]
    answers = {key: change(online, key, text) for key, (text, readonly) in keys.items() if not readonly}
    assert len(answers) > 20
    assert set(answers.values()) == {"Accepted"}


@pytest.mark.requirement("behaviour 26", "An unknown key is NotSupported.")
@pytest.mark.requirement("SPEC 5.3", "A key that does not exist is NotSupported.")
@pytest.mark.parametrize("key", ["Nothing", "", " HeartbeatInterval", "LightIntensity", "AuthorizationKey"])
@pytest.mark.requirement("J 7", "AuthorizationKey is no key here")
@pytest.mark.requirement("SPEC 9.1", "An optional key that is not there is NotSupported")
def test_an_unknown_key_is_not_supported(online, key):
    assert change(online, key, "1") == "NotSupported"


BAD = (
    *(
        ("MeterValueSampleInterval", text)
        for text in (
            "",
            " 60",
            "60 ",
            "060",
            "00",
            "-1",
            "+1",
            "1.0",
            "1e3",
            "0x10",
            "86401",
            "9" * 400,
            "true",
            "٣",
        )
    ),
    *(("LocalPreAuthorize", text) for text in ("", "1", "0", "yes", " true", "true,false")),
    *(
        (key, text)
        for key in (
            "MeterValuesSampledData",
            "MeterValuesAlignedData",
            "StopTxnSampledData",
            "StopTxnAlignedData",
        )
        for text in ("Voltage", BOTH + ",Voltage", "Energy.Active.Import.Register,", ",", " ")
    ),
    ("MeterValuesSampledData", "Energy.Active.Import.Register,Energy.Active.Import.Register"),
    ("MeterValuesSampledData", "Energy.Active.Import.Register.L1"),
    *(
        ("ConnectorPhaseRotation", text)
        for text in ("RST", "1", "1.", "2.RST", "1.RRR", "1.RST,1.RTS", "1.RST,")
    ),
    ("ConnectionTimeOut", "61"),  # [safety] stale_authorization_seconds
    ("ConnectionTimeOut", "4"),
    ("HeartbeatInterval", "0"),
    ("TransactionMessageAttempts", "0"),
    ("TransactionMessageRetryInterval", "0"),
    ("MessageTimeout", "0"),
    ("MaxEnergyOnInvalidId", "1000001"),
)


@pytest.mark.requirement("behaviour 26", "A bad value, or a measurand that is not supported, is Rejected.")
@pytest.mark.requirement("SPEC 5.3", "A value that is out of range or malformed is Rejected.")
@pytest.mark.requirement("ERR 3.13", "A list with an unsupported measurand is Rejected, and nothing changes.")
def test_a_bad_value_is_rejected_and_nothing_changes(online):
    before, _ = get(online)
    for key, text in BAD:
        answer = online.call("ChangeConfiguration", {"key": key, "value": text}, f"{online.now}")
        refused = answer[2] == ("PropertyConstraintViolation" if text == "٣" else {"status": "Rejected"})
        assert refused, (key, text, answer)
    assert get(online, unique_id="c2")[0] == before
    assert [online.journal.get(32 + number) for number in range(48)] == [None] * 48


@pytest.mark.parametrize(
    ("action", "payload", "code"),
    [
        ("ChangeConfiguration", {}, "ProtocolError"),
        ("ChangeConfiguration", {"key": "HeartbeatInterval"}, "ProtocolError"),
        ("ChangeConfiguration", {"value": "1"}, "ProtocolError"),
        ("ChangeConfiguration", {"key": "HeartbeatInterval", "value": 60}, "TypeConstraintViolation"),
        ("ChangeConfiguration", {"key": 1, "value": "60"}, "TypeConstraintViolation"),
        ("ChangeConfiguration", {"key": "x" * 51, "value": "60"}, "PropertyConstraintViolation"),
        ("ChangeConfiguration", {"key": "x", "value": "6" * 501}, "PropertyConstraintViolation"),
        ("GetConfiguration", {"key": "HeartbeatInterval"}, "TypeConstraintViolation"),
        ("GetConfiguration", {"key": None}, "TypeConstraintViolation"),
        ("GetConfiguration", {"key": [1]}, "TypeConstraintViolation"),
        ("GetConfiguration", {"key": [None]}, "TypeConstraintViolation"),
        ("GetConfiguration", {"key": ["x" * 51]}, "PropertyConstraintViolation"),
        ("GetConfiguration", {"key": ["\ud800"]}, "PropertyConstraintViolation"),
        ("GetConfiguration", {"key": ['"']}, "PropertyConstraintViolation"),
        ("DataTransfer", {}, "ProtocolError"),
        ("DataTransfer", {"vendorId": 1}, "TypeConstraintViolation"),
        ("DataTransfer", {"vendorId": "x" * 256}, "PropertyConstraintViolation"),
        ("DataTransfer", {"vendorId": "x", "messageId": "x" * 51}, "PropertyConstraintViolation"),
        ("DataTransfer", {"vendorId": "x", "messageId": []}, "TypeConstraintViolation"),
        ("DataTransfer", {"vendorId": "x", "data": {}}, "TypeConstraintViolation"),
    ],
)
def test_a_malformed_call_gets_an_error(online, action, payload, code):
    assert online.call(action, payload)[:3] == [4, "c1", code]


@pytest.mark.requirement(
    "SPEC 9.1.33", "Without a lock there is nothing to unlock: false, and read-only (ERR 3.83)."
)
@pytest.mark.requirement(
    "ERR 3.83", "A charger with a fixed cable reports UnlockConnectorOnEVSideDisconnect as false."
)
def test_without_a_lock_unlocking_is_false_and_cannot_be_set(online):
    online.lock.fitted = False
    assert get(online, "UnlockConnectorOnEVSideDisconnect")[0] == {
        "UnlockConnectorOnEVSideDisconnect": ("false", True)
    }
    assert change(online, "UnlockConnectorOnEVSideDisconnect", "true") == "Rejected"


def test_without_a_meter_no_measurand_is_offered_or_taken(online):
    online.has_meter = False
    assert value(online, "MeterValuesSampledData") == ""
    assert change(online, "MeterValuesSampledData", "Energy.Active.Import.Register") == "Rejected"
    assert change(online, "MeterValuesSampledData", "") == "Accepted"


# Whose word counts.


@pytest.mark.requirement("SPEC 5.3", "What is set lasts over a reboot")
@pytest.mark.requirement("SPEC 5.3", "What was set holds after a restart.")
def test_a_key_holds_over_a_restart_until_the_owner_changes_the_setting(make_rig):
    memory = Memory()
    rig = make_rig(journal=memory.journal)
    rig.run(500)
    for key, text in (
        ("ConnectionTimeOut", "20"),
        ("AllowOfflineTxForUnknownId", "true"),
        ("LocalAuthorizeOffline", "false"),
        ("ConnectorPhaseRotation", "1.RST"),
        ("StopTxnSampledData", BOTH),
    ):
        assert change(rig, key, text) == "Accepted"
    again = make_rig(journal=memory.restart())
    again.run(500)
    assert value(again, "ConnectionTimeOut") == "20"
    assert value(again, "AllowOfflineTxForUnknownId") == "true"
    assert value(again, "LocalAuthorizeOffline") == "false"
    assert value(again, "ConnectorPhaseRotation") == "1.RST"
    assert value(again, "StopTxnSampledData") == BOTH
    # The owner's word, and of this setting only.
    edited = make_rig(journal=memory.restart(), OCPP_CONNECTION_TIMEOUT="30")
    edited.run(500)
    assert value(edited, "ConnectionTimeOut") == "30"
    assert value(edited, "AllowOfflineTxForUnknownId") == "true"
    # It is over, also when the owner takes the edit back; and the central system has the next word.
    reverted = make_rig(journal=memory.restart())
    reverted.run(500)
    assert value(reverted, "ConnectionTimeOut") == "60"
    assert change(reverted, "ConnectionTimeOut", "40") == "Accepted"


def charging(make_rig, **medium):
    """A rig that charges on a journal that is written, and its Memory."""
    memory = Memory()
    for name, what in medium.items():
        setattr(memory.medium, name, what)
    rig = make_rig(journal=memory.journal)
    rig.charge()
    rig.stalls = memory.stalls
    memory.stalls.open = False
    return rig, memory


def after_a_cut(make_rig, memory):
    memory.stalls.open = True
    rig = make_rig(journal=memory.restart())
    rig.run(500)
    return value(rig, "ConnectionTimeOut")


@pytest.mark.requirement("SPEC 5.3", "A power cut right after Accepted loses nothing, also during a charge.")
def test_a_power_cut_right_after_accepted_loses_nothing(make_rig):
    rig, memory = charging(make_rig)
    rig.link.deliver([2, "c1", "ChangeConfiguration", {"key": "ConnectionTimeOut", "value": "20"}])
    while not rig.results():
        rig.run(5)
    assert rig.results()[-1][2] == {"status": "Accepted"}
    assert after_a_cut(make_rig, memory) == "20"


def test_an_answer_waits_for_the_write_and_is_an_error_if_that_fails(make_rig):
    rig, memory = charging(make_rig)
    memory.medium.error = OSError(5, "worn")
    rig.link.deliver([2, "c1", "ChangeConfiguration", {"key": "ConnectionTimeOut", "value": "20"}])
    rig.run(9000)
    assert not rig.results()
    rig.run(2000)
    assert rig.results()[-1][2:4] == ["InternalError", "the journal cannot be written"]
    assert value(rig, "ConnectionTimeOut") == "60"
    memory.medium.error = None
    rig.wait(70)
    assert after_a_cut(make_rig, memory) == "60"


def test_a_write_that_succeeds_the_second_time_is_accepted_then(make_rig):
    rig, memory = charging(make_rig)
    memory.medium.error = MemoryError()
    rig.link.deliver([2, "c1", "ChangeConfiguration", {"key": "ConnectionTimeOut", "value": "20"}])
    rig.run(500)
    assert not rig.results()
    memory.medium.error = None
    rig.run(2500)
    assert rig.results()[-1][2] == {"status": "Accepted"}
    assert after_a_cut(make_rig, memory) == "20"


@pytest.mark.requirement("SPEC 5.3", "What cannot be kept is Rejected, and the key keeps its value")
def test_what_a_slow_store_cannot_write_while_it_charges_is_rejected(make_rig):
    rig, memory = charging(make_rig, ms=lambda size: 300)
    assert change(rig, "ConnectionTimeOut", "20") == "Rejected"
    assert value(rig, "ConnectionTimeOut") == "60"
    memory.stalls.open = True
    assert change(rig, "ConnectionTimeOut", "20") == "Accepted"
    assert after_a_cut(make_rig, memory) == "20"


def test_what_there_is_no_room_for_is_rejected(make_rig):
    memory = Memory(Medium(keeps=False))
    memory.wait()
    while memory.journal.trouble is None and len(memory.journal) < 30:
        memory.session(tag="A" * 20)
    number = 0
    while memory.journal.spare() >= 32:
        memory.journal.put(KEYS + 50, number)
        memory.wait(1)
        number += 1
    rig = make_rig(journal=memory.journal)
    # Nothing is delivered meanwhile.
    rig.answers["BootNotification"]["status"] = "Pending"
    rig.run(500)
    assert change(rig, "ConnectionTimeOut", "20") == "Rejected"
    assert after_a_cut(make_rig, memory) == "60"


def test_want_of_memory_is_said_and_the_same_call_can_be_made_again(make_rig, monkeypatch):
    rig, memory = charging(make_rig)

    def lack(fact, value):
        raise MemoryError

    monkeypatch.setattr(records, "seal_fact", lack)
    call = {"key": "ConnectionTimeOut", "value": "20"}
    assert rig.call("ChangeConfiguration", call)[2] == "InternalError"
    assert value(rig, "ConnectionTimeOut") == "60"
    monkeypatch.undo()
    assert rig.call("ChangeConfiguration", call, "c2")[2] == {"status": "Accepted"}
    assert after_a_cut(make_rig, memory) == "20"


def test_a_key_stays_within_what_safety_allows_now(make_rig):
    rig = make_rig()
    rig.run(500)
    assert change(rig, "ConnectionTimeOut", "60") == "Accepted"
    # Only the default of connection_timeout is replaced here, which is a word of the owner, too.
    shorter = make_rig(
        journal=rig.journal, SAFETY_STALE_AUTHORIZATION_SECONDS="30", OCPP_CONNECTION_TIMEOUT="30"
    )
    shorter.run(500)
    assert value(shorter, "ConnectionTimeOut") == "30"
    assert change(shorter, "ConnectionTimeOut", "31") == "Rejected"


@pytest.mark.requirement("behaviour 30", "BootNotification's interval, then the key, then the setting.")
@pytest.mark.requirement(
    "SPEC 9.1.10", "HeartbeatInterval is the interval of BootNotification until it is changed."
)
def test_heartbeat_interval_is_the_last_word_of_setting_key_and_boot_notification(make_rig):
    def restarted(interval, **settings):
        rig = make_rig(journal=journal, **settings)
        rig.answers["BootNotification"] = {
            "status": "Accepted",
            "interval": interval,
            "currentTime": "2026-11-22T07:30:00Z",
        }
        rig.run(500)
        return rig

    journal = make_rig().journal
    assert value(restarted(0), "HeartbeatInterval") == "900"
    rig = restarted(120)
    assert value(rig, "HeartbeatInterval") == "120"
    assert change(rig, "HeartbeatInterval", "77") == "Accepted"
    # An interval of 0 leaves the choice to the charger: the last that was set.
    assert value(restarted(0), "HeartbeatInterval") == "77"
    assert value(restarted(120), "HeartbeatInterval") == "120"
    assert value(restarted(0), "HeartbeatInterval") == "77"
    assert value(restarted(0, OCPP_HEARTBEAT_INTERVAL="200"), "HeartbeatInterval") == "200"


# DataTransfer.


@pytest.mark.requirement("SPEC 4.3", "An unknown vendor is UnknownVendorId")
@pytest.mark.requirement("SPEC 5.6", "A vendor that is not known is UnknownVendorId, without data.")
@pytest.mark.parametrize(
    "payload",
    [
        {"vendorId": "x"},
        {"vendorId": "com.example", "messageId": "m", "data": "é" * 900},
        {"vendorId": "", "data": ""},
    ],
)
def test_data_for_an_unknown_vendor_is_answered_so(online, payload):
    assert online.call("DataTransfer", payload)[2] == {"status": "UnknownVendorId"}


def test_frames_of_answers_have_no_blanks(online):
    frames = []
    online.link.publish = lambda frame: frames.append(frame) or True
    online.link.deliver([2, "c9", "GetConfiguration", {"key": ["NumberOfConnectors"]}])
    online.run(50)
    assert frames == [json.dumps(json.loads(frames[0]), separators=(",", ":"))]
