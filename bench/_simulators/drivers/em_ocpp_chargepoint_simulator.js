// SPDX-FileCopyrightText: 2026 The chargerctl authors
// SPDX-License-Identifier: MIT
// A script for the batch mode of the npm package em-ocpp-chargepoint-simulator, with the calls that its README shows: boot, status,
// GetDiagnostics and TriggerMessage as there; a session at each RemoteStartTransaction, and with HOURS=1 one an hour by itself.
// Variables: URL COUNT HOURS METER_SECONDS

const { URL: url, COUNT, HOURS, METER_SECONDS } = process.env;
const now = () => new Date().toISOString();
const status = (cp, which) => cp.sendStatusNotification({ connectorId: 1, errorCode: "NoError", status: which });

async function session(cp, idTag, wanted) {
    await status(cp, "Preparing");
    cp.transaction = await cp.startTransaction({ connectorId: 1, idTag, meterStart: 1377, timestamp: now() });
    await status(cp, "Charging");
    let energy = 1377;
    while (wanted()) {
        await cp.sleep(Number(METER_SECONDS) * 1000);
        energy += 120;
        const meterValue = [{ timestamp: now(), sampledValue: [{ value: String(energy) }] }];
        await cp.meterValues({ connectorId: 1, transactionId: cp.transaction.transactionId, meterValue });
    }
    await cp.stopTransaction({ transactionId: cp.transaction.transactionId, meterStop: energy, timestamp: now() });
    await status(cp, "Finishing");
    await status(cp, "Available");
}

async function hours(cp, number) {
    const hour = 3600_000;
    const begin = Date.now() - (number / Number(COUNT)) * hour;
    for (;;) {
        const passed = (Date.now() - begin) % hour;
        if (passed < hour / 2) {
            await session(cp, "ccc", () => (Date.now() - begin) % hour < hour / 2);
        }
        await cp.sleep(hour - ((Date.now() - begin) % hour));
    }
}

async function charger(number) {
    const cp = await connect(`${url}/charger-${number}`, `charger-${number}`);
    let charging = false;
    cp.answerRemoteStartTransaction((request) => {
        cp.sendResponse(request.uniqueId, { status: charging ? "Rejected" : "Accepted" });
        if (!charging) {
            charging = true;
            session(cp, request.payload.idTag, () => charging).catch((error) => logger.debug("script", "-", error));
        }
    });
    cp.answerRemoteStopTransaction((request) => {
        const known = charging && request.payload.transactionId === cp.transaction?.transactionId;
        cp.sendResponse(request.uniqueId, { status: known ? "Accepted" : "Rejected" });
        charging = charging && !known;
    });
    cp.answerTriggerMessage("BootNotification", async (request) => {
        cp.sendResponse(request.uniqueId, { status: "Accepted" });
        await cp.sendBootnotification({ chargePointVendor: "vendor", chargePointModel: "1" });
    });
    cp.answerGetDiagnostics(async (request) => {
        cp.sendResponse(request.uniqueId, { fileName: "foo.txt" });
        await cp.sendDiagnosticsStatusNotification({ status: "Idle" });
    });
    const boot = await cp.sendBootnotification({ chargePointVendor: "vendor", chargePointModel: "1" });
    await cp.sendHeartbeat();
    await cp.sendStatusNotification({ connectorId: 0, errorCode: "NoError", status: "Available" });
    await status(cp, "Available");
    setInterval(() => cp.sendHeartbeat().catch(() => {}), boot.interval * 1000);
    if (HOURS === "1") {
        await hours(cp, number);
    }
}

await Promise.all(Array.from({ length: Number(COUNT) }, (_, number) => charger(number)));
