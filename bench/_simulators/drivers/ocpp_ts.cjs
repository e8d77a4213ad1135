// SPDX-FileCopyrightText: 2026 The chargerctl authors
// SPDX-License-Identifier: MIT
// N charge points on the npm library ocpp-ts, as its example of a charge point is: connect, boot. The library has no charger in it.
// NODE_PATH: the folder it is installed in. Arguments: URL N

const { OcppClient } = require("ocpp-ts");

const [url, count] = process.argv.slice(2);
for (let number = 0; number < Number(count); number++) {
    const cp = new OcppClient(`charger-${number}`);
    cp.on("error", (error) => console.log(error.message));
    cp.on("close", () => console.log("Connection closed"));
    cp.on("connect", async () => {
        const boot = await cp.callRequest("BootNotification", {
            chargePointVendor: "eParking", chargePointModel: "NECU-T2",
        });
        setInterval(() => cp.callRequest("Heartbeat", {}).catch(() => {}), boot.interval * 1000);
    });
    cp.connect(url + "/");
}
