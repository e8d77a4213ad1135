// SPDX-FileCopyrightText: 2026 The chargerctl authors
// SPDX-License-Identifier: MIT
//
// OCPP frames, a line each; its payload unfolds.

import { Log } from "./log.js";

const KINDS = { 2: "call", 3: "result", 4: "error" };
const MOST = 300;

export class Frames {
  constructor(place, pause) {
    this.place = place;
    this.empty = place.firstElementChild;
    this.log = new Log(place, pause, MOST);
    this.calls = new Map();
  }

  clear() {
    this.calls.clear();
    this.log.clear();
    this.place.append(this.empty);
  }

  add(...events) {
    if (!events.length) return;
    this.empty.remove();
    this.log.add(...events.map((event) => this.line(event)));
  }

  line({ t, dir, frame }) {
    const whole = Array.isArray(frame);
    const kind = (whole && KINDS[frame[0]]) || "not OCPP";
    const payload = !whole ? frame : kind === "call" ? frame[3] : kind === "result" ? frame[2] : frame.slice(2);
    const details = document.createElement("details");
    const summary = document.createElement("summary");
    const parts = [t.toFixed(2), dir === "out" ? "→ sent" : "← got", whole ? this.action(dir, frame, kind) : kind, brief(payload)];
    summary.append(...parts.map((text, index) => span(text, [ "number", dir, "", "faint" ][index])));
    details.append(summary);
    details.addEventListener("toggle", () => {
      if (!details.open || details.childElementCount > 1) return;
      const pre = document.createElement("pre");
      pre.textContent = typeof frame === "string" ? frame : JSON.stringify(frame, null, 2);
      details.append(pre);
    });
    return details;
  }

  /** An answer has the action of its call, which went the other way. */
  action(dir, frame, kind) {
    if (kind === "call") {
      this.calls.set(`${dir} ${frame[1]}`, frame[2]);
      if (this.calls.size > MOST) this.calls.delete(this.calls.keys().next().value);
      return String(frame[2]);
    }
    const asked = this.calls.get(`${dir === "out" ? "in" : "out"} ${frame[1]}`);
    return `${asked ?? ""} ${kind}`.trim();
  }
}

function brief(payload) {
  const text = typeof payload === "string" ? payload : JSON.stringify(payload) ?? "";
  return text.slice(0, 200);
}

function span(text, look) {
  const made = document.createElement("span");
  made.className = look;
  made.textContent = text;
  return made;
}
