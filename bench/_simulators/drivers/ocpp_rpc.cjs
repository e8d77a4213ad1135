// SPDX-FileCopyrightText: 2026 The chargerctl authors
// SPDX-License-Identifier: MIT
// N charge points on the npm library ocpp-rpc, after the client of its README, in strict mode. The library has no charger in it.
// With HOURS=1 each has a session an hour, half an hour long; else it boots, sends its status and heartbeats.
// NODE_PATH: the folder it is installed in. Arguments: URL N HOURS

const { RPCClient } = require("ocpp-rpc");

const [endpoint, count, hours] = process.argv.slice(2);
const HOUR = 3600_000;
const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const now = () => new Date().toISOString();

async function session(client, wanted) {
    const status = (which) =>
        client.call("StatusNotification", { connectorId: 1, errorCode: "NoError", status: which });
    await status("Preparing");
    await client.call("Authorize", { idTag: "ccc" });
    const { transactionId } = await client.call("StartTransaction", {
        connectorId: 1, idTag: "ccc", meterStart: 0, timestamp: now(),
    });
    await status("Charging");
    let energy = 0;
    while (wanted()) {
        await sleep(60_000);
        energy += 120;
        const meterValue = [{ timestamp: now(), sampledValue: [{ value: String(energy) }] }];
        await client.call("MeterValues", { connectorId: 1, transactionId, meterValue });
    }
    await client.call("StopTransaction", { transactionId, meterStop: energy, timestamp: now() });
    await status("Finishing");
    await status("Available");
}

async function charger(number) {
    const client = new RPCClient({
        endpoint, identity: `charger-${number}`, protocols: ["ocpp1.6"], strictMode: true,
    });
    await client.connect();
    const boot = await client.call("BootNotification", {
        chargePointVendor: "ocpp-rpc", chargePointModel: "ocpp-rpc",
    });
    await client.call("Heartbeat", {});
    await client.call("StatusNotification", { connectorId: 0, errorCode: "NoError", status: "Available" });
    setInterval(() => client.call("Heartbeat", {}).catch(() => {}), boot.interval * 1000);
    const begin = Date.now() - (number / Number(count)) * HOUR;
    const passed = () => (Date.now() - begin) % HOUR;
    while (hours === "1") {
        if (passed() < HOUR / 2) {
            await session(client, () => passed() < HOUR / 2);
        }
        await sleep(HOUR - passed());
    }
}

for (let number = 0; number < Number(count); number++) {
    charger(number).catch((error) => console.error(error));
}
