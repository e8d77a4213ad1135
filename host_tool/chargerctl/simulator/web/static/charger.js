// SPDX-FileCopyrightText: 2026 The chargerctl authors
// SPDX-License-Identifier: MIT
//
// The drawing of the charger, and its states in words, which are also read out.

const LIT = [0x9f, 0xe8, 0xff];
// A part that a charger may lack, and where its state is shown.
const SHOWN = { lock: "lock", reader: "card", led: "led-text", meter: "meter-text" };
const byId = (id) => document.getElementById(id);

export class Charger {
  begin() {
    this.silent = true;
    this.missing = new Set();
    this.kilowatts = "0";
    this.state = {};
    for (const dd of document.querySelectorAll(".states dd")) this.put(dd.id, "–");
    draw([]);
  }

  /** From now on changes are read out. */
  ready() {
    this.silent = false;
  }

  take(event) {
    const { kind } = event;
    if (kind === "board") this.fit(event);
    else if (kind === "power") this.set("power", event.on ? "on" : "off", event.on, `Supply ${event.on ? "on" : "off"}`);
    else if (kind === "relay") this.set("relay", event.closed ? "closed" : "open", event.closed, `Relay ${event.closed ? "closed" : "open"}`);
    else if (kind === "contact") this.set("contact", event.closed ? "closed" : "open", event.closed);
    else if (kind === "lock") this.set("lock", event.locked ? "locked" : "unlocked", event.locked, event.locked ? "Cable locked" : "Cable unlocked");
    else if (kind === "cable") this.set("cable", event.plugged ? "in" : "out", event.plugged, event.plugged ? "Cable plugged in" : "Cable pulled out");
    else if (kind === "card") this.card(event.uid);
    else if (kind === "led") this.led(event.rgb);
    else if (kind === "display") this.display(event);
    if (event.switches) this.switched(event.switches);
  }

  fit({ id, parts }) {
    byId("board-id").textContent = id;
    this.missing = new Set(Object.entries(SHOWN).filter(([part]) => !parts.includes(part)).map(([, state]) => state));
    for (const state of this.missing) this.put(state, "");
  }

  switched(switches) {
    if (switches.meter !== undefined) this.kilowatts = switches.meter;
    if (switches.estop && !this.silent) this.speak(`Emergency stop ${switches.estop}`);
    this.wiring();
  }

  set(name, text, on, said) {
    this.state[name] = text;
    this.put(name, text, on);
    if (said) this.speak(said);
    this.wiring();
  }

  put(id, text, on = false) {
    const missing = this.missing.has(id);
    byId(id).textContent = missing ? "not there" : text;
    byId(id).classList.toggle("on", on && !missing);
  }

  card(uid) {
    this.put("card", uid ?? "none", uid !== null);
    const reader = byId("reader");
    reader.toggleAttribute("data-card", uid !== null);
    reader.setAttribute("aria-label", `Card reader: ${uid ? `card ${uid}` : "no card"}`);
    byId("card-text").textContent = uid ?? "hold a card here";
  }

  led(rgb) {
    const off = rgb === "000000";
    const text = off ? "off" : `${hue(rgb)}, ${rgb}`;
    this.put("led-text", text, !off);
    const led = byId("led");
    led.setAttribute("aria-label", `Light: ${text}`);
    led.dataset.rgb = rgb;
    led.replaceChildren(...(off ? [] : [strip(bright(rgb))]));
  }

  display({ rows, lines }) {
    draw(rows);
    const text = lines.join(", ");
    byId("oled").setAttribute("aria-label", `Display: ${text || "nothing"}`);
    if (lines.length && lines[0] !== this.shown) this.speak(`Display: ${lines[0]}`);
    this.shown = lines[0];
  }

  wiring() {
    const { contact, cable, lock } = this.state;
    const flow = contact === "closed" && cable === "in" && Number(this.kilowatts) > 0;
    const drawing = byId("wiring");
    Object.assign(drawing.dataset, { contact: contact ?? "open", cable: cable ?? "out", lock: lock ?? "unlocked", flow: flow ? "yes" : "no" });
    drawing.setAttribute("aria-label", `Contactor ${contact ?? "open"}, ${cable === "in" ? `cable plugged in and ${lock}` : "no cable"}${flow ? ", power flows" : ""}`);
    this.put("meter-text", `${contact === "closed" ? this.kilowatts : 0} kW`, flow);
  }

  speak(text) {
    if (!this.silent) byId("spoken").textContent = text;
  }
}

/** Its colour as a word. */
function hue(rgb) {
  const [red, green, blue] = [0, 2, 4].map((at) => parseInt(rgb.slice(at, at + 2), 16));
  const most = Math.max(red, green, blue);
  const lit = [red, green, blue].map((each) => (each > most * 0.75 ? 2 : each > most * 0.2 ? 1 : 0)).join("");
  const names = { 200: "red", 210: "orange", 220: "yellow", 120: "green", "020": "green", "021": "green", "022": "cyan", "012": "blue", "002": "blue", 102: "violet", 202: "violet", 222: "white" };
  return names[lit] ?? "mixed";
}

/** The light as it looks: an LED at a tenth of its brightness is not dark to the eye. */
function bright(rgb) {
  const parts = [0, 2, 4].map((at) => parseInt(rgb.slice(at, at + 2), 16));
  const most = Math.max(...parts);
  return `rgb(${parts.map((each) => Math.round((each / most) * 255)).join(",")})`;
}

function strip(colour) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  for (const [name, value] of Object.entries({ width: "100%", height: "100%", rx: "6", fill: colour })) rect.setAttribute(name, value);
  svg.append(rect);
  return svg;
}

/** 64 strings of 32 hex digits, the leftmost pixel highest; none: dark. */
function draw(rows) {
  const context = byId("oled").getContext("2d");
  const image = context.createImageData(128, 64);
  for (let y = 0; y < 64; y += 1) {
    for (let x = 0; x < 128; x += 1) {
      const nibble = parseInt(rows[y]?.[x >> 2] ?? "0", 16);
      const lit = (nibble >> (3 - (x & 3))) & 1;
      image.data.set(lit ? [...LIT, 255] : [5, 8, 10, 255], (y * 128 + x) * 4);
    }
  }
  context.putImageData(image, 0, 0);
}
