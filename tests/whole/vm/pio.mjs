// SPDX-FileCopyrightText: 2026 The chargerctl authors
// SPDX-License-Identifier: MIT
//
// One state machine of an emulated RP2040 (rp2040js): a command a line as JSON on stdin, an answer a line on stdout. It is
// set up through the chip's registers, as CircuitPython's rp2pio does it (RP2040 datasheet, 3.7).

import readline from "node:readline";
import { RP2040 } from "rp2040js";

const CTRL = 0x00, RXF0 = 0x20, INSTR_MEM0 = 0x48;
const EXECCTRL = 0xcc, SHIFTCTRL = 0xd0, INSTR = 0xd8, PINCTRL = 0xdc;
const FUNCTION_PIO0 = 6;
// Input enabled, pulled up, Schmitt trigger.
const INPUT_PAD = 0x4a;
const SET_PINS = 0xe000, SET_PINDIRS = 0xe080;

const chip = new RP2040();
const pio = chip.pio[0];
for (const pin of chip.gpio) pin.padValue = INPUT_PAD;
// A cycle at a time, by `step`, and never by itself.
pio.run = () => {};
let setup;

function step(cycles) {
  for (let cycle = 0; cycle < cycles; cycle++) pio.machines[0].step();
}

function restart() {
  pio.writeUint32(CTRL, 0);
  pio.writeUint32(INSTR, setup.offset);
  pio.writeUint32(CTRL, 1 << 4);
  pio.writeUint32(INSTR, SET_PINS | setup.initial);
  pio.writeUint32(INSTR, SET_PINDIRS | 1);
  pio.writeUint32(CTRL, 1);
}

const commands = {
  load(wanted) {
    setup = wanted;
    wanted.words.forEach((word, at) => {
      const jump = word >> 13 === 0;
      pio.writeUint32(INSTR_MEM0 + 4 * (wanted.offset + at), jump ? word + wanted.offset : word);
    });
    const wrap = ((wanted.wrap + wanted.offset) << 12) | ((wanted.wrapTarget + wanted.offset) << 7);
    pio.writeUint32(EXECCTRL, (wanted.stop << 24) | wrap);
    // OUT to the right, IN to the left, both FIFOs for receiving.
    pio.writeUint32(SHIFTCTRL, (1 << 31) | (1 << 19));
    pio.writeUint32(PINCTRL, (1 << 26) | (wanted.cable << 15) | (wanted.relay << 5));
    chip.gpio[wanted.relay].ctrl = FUNCTION_PIO0;
    restart();
  },
  pins(levels) {
    for (const [gpio, level] of Object.entries(levels)) chip.gpio[gpio].setInputValue(level);
  },
  step,
  // Cycles until the relay's pin has this level; at most 100000.
  until(level) {
    let cycles = 0;
    while (commands.relay() !== level && cycles < 100000) {
      step(1);
      cycles++;
    }
    return cycles;
  },
  exec({ words, apart }) {
    for (const word of words) {
      pio.writeUint32(INSTR, word);
      step(apart);
    }
  },
  restart,
  read: () => pio.readUint32(RXF0),
  relay: () => chip.gpio[setup.relay].outputEnable && chip.gpio[setup.relay].outputValue,
};

for await (const line of readline.createInterface({ input: process.stdin })) {
  const [name, argument] = JSON.parse(line);
  process.stdout.write(JSON.stringify(commands[name](argument) ?? null) + "\n");
}
