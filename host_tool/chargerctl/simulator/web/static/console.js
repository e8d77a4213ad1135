// SPDX-FileCopyrightText: 2026 The chargerctl authors
// SPDX-License-Identifier: MIT
//
// Lines of the console, and what was done between them, in the colours that the terminal has.

const PREFIX = /^\[ *\d+\.\d+\] \w+/;

/** An element for an event that the console shows, else null. */
export function consoleLine(event) {
  const at = (text) => `> ${event.t.toFixed(3).padStart(9)}  ${text}`;
  switch (event.kind) {
    case "console":
      return printed(event.text);
    case "script":
      return made(at(event.text), "step");
    case "hand":
      return event.error ? made(at(`${event.text}: ${event.error}`), "failed") : made(at(event.text), "step");
    case "expect":
      return event.ok ? made(at(`${event.text}: ok`), "ok") : made(at(`${event.text}: FAILED, ${event.found}`), "failed");
    case "power":
      return made(at(`(power ${event.on ? "on" : "off"})`), "dim");
    case "reset":
      return event.reason === "power" ? null : made(at(`(reset: ${event.reason})`), "dim");
    case "serial":
      return made(`serial port: ${event.path}; watch it with: chargerctl monitor serial:${event.path}`, "dim");
    case "note":
      return made(event.text, "dim");
    default:
      return null;
  }
}

function printed(text) {
  const line = made("", "");
  const prefix = PREFIX.exec(text)?.[0] ?? "";
  if (prefix) {
    const dim = document.createElement("span");
    dim.className = "dim";
    dim.textContent = prefix;
    line.append(dim);
  }
  line.append(text.slice(prefix.length));
  return line;
}

function made(text, look) {
  const line = document.createElement("div");
  line.className = look;
  line.textContent = text;
  return line;
}
