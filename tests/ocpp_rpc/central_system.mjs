// SPDX-FileCopyrightText: 2026 The chargerctl authors
// SPDX-License-Identifier: MIT
// A central system of ocpp-rpc in strict mode. Lines of JSON:
//   out: {"port": number}                     it listens
//   out: {"client": identity, "password"}     a charge point has connected; its password in base64, or null
//   out: {"called": [action, payload]}        and got an answer
//   out: {"invalid": text}                    what the charge point sent is against the schemas
//   in:  {"call": [action, payload]}          out: {"answer": payload} or {"error": text}

import { createInterface } from "node:readline";
import { RPCServer, createRPCError } from "ocpp-rpc";

const say = (what) => process.stdout.write(JSON.stringify(what) + "\n");
const accepted = { idTagInfo: { status: "Accepted" } };
let transactions = 0;
const answers = {
    Authorize: () => accepted,
    BootNotification: () => ({ status: "Accepted", interval: 300, currentTime: new Date().toISOString() }),
    Heartbeat: () => ({ currentTime: new Date().toISOString() }),
    MeterValues: () => ({}),
    StartTransaction: () => ({ transactionId: ++transactions, ...accepted }),
    StatusNotification: () => ({}),
    StopTransaction: () => ({}),
};

let latest = null;
const server = new RPCServer({ protocols: ["ocpp1.6"], strictMode: true });
server.auth((accept, reject, handshake) => {
    say({ client: handshake.identity, password: handshake.password?.toString("base64") ?? null });
    accept({}, "ocpp1.6");
});
server.on("client", (client) => {
    latest = client;
    client.on("strictValidationFailure", ({ error }) => say({ invalid: String(error) }));
    client.on("badMessage", ({ error }) => say({ invalid: String(error) }));
    client.handle(({ method, params }) => {
        say({ called: [method, params] });
        if (method in answers) {
            return answers[method]();
        }
        throw createRPCError("NotImplemented");
    });
});

const http = await server.listen(0, "127.0.0.1");
say({ port: http.address().port });
for await (const line of createInterface({ input: process.stdin })) {
    try {
        say({ answer: await latest.call(...JSON.parse(line).call) });
    } catch (error) {
        say({ error: `${error.rpcErrorCode ?? ""} ${error.message}` });
    }
}
await server.close({ force: true });
