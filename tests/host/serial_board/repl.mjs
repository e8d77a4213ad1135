// SPDX-FileCopyrightText: 2026 The chargerctl authors
// SPDX-License-Identifier: MIT
//
// MicroPython's own REPL, a key at a time, over a drive that counts clusters as FAT does. Its first argument is the
// VM's module. Frames go both ways: four bytes of length (little-endian), then JSON; bytes are base64. Requests:
//   {"boot": {sources, facts, heap, drive: [[path, bytes or null for a folder]], cluster, capacity, readOnly}}
//   {"keys": bytes, "strikeAt": n or null}   types them; a KeyboardInterrupt strikes at the n-th call for the hardware
// Each answer has what was printed, what happened to drive and pins in this order, how the VM ended (null, "soft" or
// "hard"), whether the interrupt has struck, seconds slept, bytes free.
import fs from "node:fs";

// Without the line of the source: the VM's module is one line of 100 KB.
process.on("uncaughtException", (error) => {
  console.error(error.stack);
  process.exit(1);
});
const { loadMicroPython } = await import(process.argv[2]);
const DRIVE = "/drive";
const ENTRY = 32; // bytes of an entry in a FAT folder
const HOUR_S = 3600;

let vm, out, happened, drive, ended, calls, strikeAt, struck, slept;

function receive() {
  const head = Buffer.alloc(4);
  if (!fill(head)) return null;
  const body = Buffer.alloc(head.readUInt32LE(0));
  fill(body);
  return JSON.parse(body.toString());
}

function fill(buffer) {
  for (let have = 0; have < buffer.length; ) {
    const count = fs.readSync(0, buffer, have, buffer.length - have, null);
    if (count === 0) return false;
    have += count;
  }
  return true;
}

function send(answer) {
  const body = Buffer.from(JSON.stringify(answer));
  const head = Buffer.alloc(4);
  head.writeUInt32LE(body.length);
  const frame = Buffer.concat([head, body]);
  for (let sent = 0; sent < frame.length; ) sent += fs.writeSync(1, frame, sent);
}

// The drive. Its files live in the VM's file system in memory, below DRIVE.

const node = (path) => vm.FS.lookupPath(DRIVE + path).node;
const isFolder = (entry) => vm.FS.isDir(entry.mode);
const clusters = (bytes) => Math.ceil(bytes / drive.cluster);

function entriesOf(name) {
  // A name of 8.3 in one case fits an entry; any other has entries of 13 letters before it.
  const short = /^[^. ]{1,8}(\.[^. ]{1,3})?$/.test(name) && (name === name.toLowerCase() || name === name.toUpperCase());
  return short ? 1 : 1 + Math.ceil(name.length / 13);
}

function used(folder, isRoot) {
  let count = 0;
  let entries = isRoot ? 0 : 2;
  for (const [name, entry] of Object.entries(folder.contents)) {
    entries += entriesOf(name);
    count += isFolder(entry) ? used(entry, false) : clusters(entry.usedBytes);
  }
  // The root of FAT12 and FAT16 has its own place.
  return count + (isRoot ? 0 : Math.max(1, clusters(entries * ENTRY)));
}

const free = () => drive.capacity - used(node("/"), true) * drive.cluster;

// FAT finds a name in any case. The path as it is stored, its last part as asked where there is none; "" without its folder.
function place(path) {
  const parts = path.split("/").filter((part) => part);
  let folder = node("/");
  let found = "";
  for (const [depth, part] of parts.entries()) {
    if (!folder || !isFolder(folder)) return "";
    const name = Object.keys(folder.contents).find((name) => name.toLowerCase() === part.toLowerCase());
    if (name === undefined && depth < parts.length - 1) return "";
    folder = folder.contents[name];
    found += "/" + (name ?? part);
  }
  return found || "/";
}

function kind(path) {
  const found = vm.FS.analyzePath(DRIVE + path);
  return !found.exists ? 0 : isFolder(found.object) ? 2 : 1;
}

// Every call for the hardware passes here: a power cut or a reset ends it all, a Ctrl-C strikes between two calls.
function call() {
  if (ended) throw new Error("the board has ended");
  calls++;
  if (calls === strikeAt) {
    struck = true;
    vm._module._mp_sched_keyboard_interrupt();
  }
}

const hardware = {
  facts: () => drive.facts,
  source: (at) => drive.sources[at],
  call,
  place,
  kind,
  size: (path) => node(path).usedBytes ?? 0,
  read_only: () => drive.readOnly,
  cluster: () => drive.cluster,
  blocks: () => drive.capacity / drive.cluster,
  free_blocks: () => free() / drive.cluster,
  // Whether there is room for one more name in the folder of this path, and for a folder where it is one.
  takes(path, folder) {
    const above = node(path.slice(0, path.lastIndexOf("/")) || "/");
    const isRoot = above === node("/");
    const before = isRoot ? 0 : used(above, false);
    const name = path.slice(path.lastIndexOf("/") + 1);
    above.contents[name] = { mode: 0o100000, usedBytes: 0 };
    const more = (isRoot ? 0 : used(above, false) - before) + (folder ? 1 : 0);
    delete above.contents[name];
    return more * drive.cluster <= free();
  },
  // How many bytes of a file may be written up to `end`.
  room(path, end) {
    const size = node(path).usedBytes;
    return Math.min(end, (clusters(size) + Math.floor(free() / drive.cluster)) * drive.cluster);
  },
  rename: (old, new_) => vm.FS.rename(DRIVE + old, DRIVE + new_),
  happened(...what) {
    happened.push(what);
  },
  wrote(path, at, count) {
    const content = node(path).contents.subarray(at, at + count);
    happened.push(["write", path, at, Buffer.from(content).toString("base64")]);
  },
  sleep(seconds) {
    slept += seconds;
    if (slept > HOUR_S && !struck) {
      // It would never end by itself.
      struck = true;
      vm._module._mp_sched_keyboard_interrupt();
    }
  },
  end(how) {
    ended = how;
  },
};

async function boot(options) {
  drive = options;
  out = [];
  ended = null;
  calls = 0;
  strikeAt = null;
  struck = false;
  slept = 0;
  const keep = (bytes) => ended || out.push(...bytes);
  vm = await loadMicroPython({ heapsize: options.heap, linebuffer: false, stdout: keep, stderr: keep });
  vm.FS.mkdir(DRIVE);
  for (const [path, content] of options.drive) {
    const parts = path.split("/");
    for (let depth = 1; depth < parts.length + (content === null); depth++) {
      const folder = `${DRIVE}/${parts.slice(0, depth).join("/")}`;
      if (!vm.FS.analyzePath(folder).exists) vm.FS.mkdir(folder);
    }
    if (content !== null) vm.FS.writeFile(`${DRIVE}/${path}`, Buffer.from(content, "base64"));
  }
  vm.registerJsModule("hardware", hardware);
  // Each in a namespace of its own: what is typed finds an empty __main__.
  for (const at of options.sources.keys()) vm.runPython(`exec(__import__("hardware").source(${at}), {})`);
  vm.replInit();
  out = [];
}

for (let request; (request = receive()); ) {
  happened = [];
  let typed = 0;
  if (request.boot) {
    await boot(request.boot);
  } else {
    const keys = Buffer.from(request.keys, "base64");
    ({ strikeAt } = request);
    calls = slept = 0;
    struck = false;
    out = [];
    // The friendly REPL ends at a Ctrl-D with a number.
    while (typed < keys.length && !ended) if (vm._module._mp_js_repl_process_char(keys[typed++])) ended ??= "soft";
  }
  send({ out: Buffer.from(out).toString("base64"), happened, ended, struck, slept, typed, free: free() });
}
