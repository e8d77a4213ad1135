// SPDX-FileCopyrightText: 2026 The chargerctl authors
// SPDX-License-Identifier: MIT
// A charge point of ocpp-rpc in strict mode, steered by lines of JSON:
//   in:  {"call": [action, payload]}          out: {"answer": payload} or {"error": text}
//   out: {"called": [action, payload]}        a call of the central system, answered as `answers` has it
//   out: {"invalid": text}                    what the central system sent is against its schemas
// Its only argument: {"endpoint", "identity", "password" (in base64, or null), "answers": {action: payload}}.

import { createInterface } from "node:readline";
import { RPCClient, createRPCError } from "ocpp-rpc";

const { endpoint, identity, password, answers } = JSON.parse(process.argv[2]);
const say = (what) => process.stdout.write(JSON.stringify(what) + "\n");

const client = new RPCClient({
    endpoint,
    identity,
    password: password === null ? undefined : Buffer.from(password, "base64"),
    protocols: ["ocpp1.6"],
    strictMode: true,
    reconnect: false,
});
client.on("strictValidationFailure", ({ error }) => say({ invalid: String(error) }));
client.on("badMessage", ({ error }) => say({ invalid: String(error) }));
client.handle(({ method, params }) => {
    say({ called: [method, params] });
    if (method in answers) {
        return answers[method];
    }
    throw createRPCError("NotImplemented");
});

try {
    await client.connect();
} catch (error) {
    say({ error: `not connected: ${error.message}` });
    process.exit(1);
}
say({ answer: { protocol: client.protocol } });
for await (const line of createInterface({ input: process.stdin })) {
    try {
        say({ answer: await client.call(...JSON.parse(line).call) });
    } catch (error) {
        say({ error: `${error.rpcErrorCode ?? ""} ${error.message}` });
    }
}
await client.close();
