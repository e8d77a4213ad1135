// SPDX-FileCopyrightText: 2026 The chargerctl authors
// SPDX-License-Identifier: MIT
//
// Runs a MicroPython VM with a heap of so many bytes (it grows when full: the first argument) and does what it is
// told on stdin, a JSON object a line:
//   {"write": path, "data": base64}     a file of the VM's file system
//   {"run": source}                     runs it; garbage made by one run is free only in the next
// and answers each with a line: {"out": printed text, "error": traceback or null}.
import { createInterface } from "node:readline";
import { loadMicroPython } from "@micropython/micropython-webassembly-pyscript/micropython.mjs";

let out = "";
const vm = await loadMicroPython({
  heapsize: Number(process.argv[2]),
  linebuffer: true,
  stdout: (line) => { out += line + "\n"; },
  stderr: (line) => { out += line + "\n"; },
});

function makeFolders(path) {
  const parts = path.split("/").slice(1, -1);
  for (let depth = 1; depth <= parts.length; depth++) {
    const folder = "/" + parts.slice(0, depth).join("/");
    if (!vm.FS.analyzePath(folder).exists) vm.FS.mkdir(folder);
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  let error = null;
  out = "";
  try {
    if ("write" in command) {
      makeFolders(command.write);
      vm.FS.writeFile(command.write, Buffer.from(command.data, "base64"));
    } else {
      vm.runPython(command.run);
    }
  } catch (failure) {
    error = String(failure.message ?? failure);
  }
  process.stdout.write(JSON.stringify({ out, error }) + "\n");
}
