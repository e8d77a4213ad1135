// SPDX-FileCopyrightText: 2026 The chargerctl authors
// SPDX-License-Identifier: MIT
// N chargers of the npm package charger-simulator in one process: its own class, which its command uses for one.
// NODE_PATH: the folder it is installed in. Arguments: URL N METER_SECONDS

// By its file: the one that the package names as its main is not in it.
const { ChargerSimulator } = require("charger-simulator/dist/ChargerSimulator.js");

const [url, count, meter] = process.argv.slice(2);
for (let number = 0; number < Number(count); number++) {
    new ChargerSimulator({
        centralSystemEndpoint: url,
        chargerIdentity: `charger-${number}`,
        meterValuesIntervalSec: Number(meter),
    }).start();
}
