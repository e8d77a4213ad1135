// SPDX-FileCopyrightText: 2026 The chargerctl authors
// SPDX-License-Identifier: MIT
//
// Whatever a person does on the page is a line of the script language, and nothing else.

import { say, send } from "/static/base/base.js";

const byId = (id) => document.getElementById(id);

/** Have a line act; what is wrong with it is said. */
async function act(line) {
  try {
    await send("/line", { line });
    say("");
    return true;
  } catch (error) {
    say(error.message, true);
    return false;
  }
}

export class Controls {
  constructor() {
    this.state = {};
    this.order = Promise.resolve();
    for (const each of document.querySelectorAll("[data-line]")) each.addEventListener("click", () => this.act(each.dataset.line));
    for (const each of document.querySelectorAll(".switch")) each.addEventListener("click", () => this.toggle(each));
    for (const each of document.querySelectorAll("[data-card]:is(button)")) each.addEventListener("click", () => this.swipe(each.dataset.card));
    for (const each of document.querySelectorAll("[data-hold]")) this.holding(each, each.dataset.hold);
    for (const each of document.querySelectorAll("[data-choice]")) {
      each.addEventListener("change", () => this.act(`${each.dataset.choice} ${each.value}`));
    }
    this.form("own-card", () => this.swipe(byId("uid").value));
    this.form("call", () => this.act(`csms call ${byId("action").value}`));
    this.form("by-hand", async () => {
      if (await this.act(byId("line").value)) byId("line").value = "";
    });
    this.meter();
    this.help();
  }

  /** Lines act in the order of the clicks. */
  act(line) {
    this.order = this.order.then(() => act(line));
    return this.order;
  }

  form(id, done) {
    byId(id).addEventListener("submit", (event) => {
      event.preventDefault();
      done();
    });
  }

  swipe(uid) {
    const hold = byId("hold").value;
    this.act(`swipe ${uid}${hold === "0.5" ? "" : ` ${hold}`}`);
  }

  toggle(button) {
    const { key, is, press, release } = button.dataset;
    this.act(this.state[key] === is ? release : press);
  }

  /** Pressed for as long as pointer or key is down. A click by neither, such as a screen reader's, presses it for a moment. */
  holding(button, name) {
    let down = false;
    const press = () => {
      if (down || button.disabled) return;
      down = true;
      button.dataset.held = "";
      this.act(`press ${name}`);
    };
    const release = () => {
      if (!down) return;
      down = false;
      delete button.dataset.held;
      this.act(`release ${name}`);
    };
    button.addEventListener("pointerdown", (event) => {
      button.setPointerCapture(event.pointerId);
      press();
    });
    for (const each of ["pointerup", "pointercancel", "blur"]) button.addEventListener(each, release);
    button.addEventListener("keydown", (event) => {
      if (event.key === " " || event.key === "Enter") press();
    });
    button.addEventListener("keyup", release);
    button.addEventListener("click", (event) => {
      if (event.detail !== 0 || event.pointerType || down || performance.now() - this.released < 300) return;
      press();
      setTimeout(release, 300);
    });
    button.addEventListener("keyup", () => { this.released = performance.now(); });
  }

  meter() {
    const slider = byId("meter");
    slider.addEventListener("input", () => this.showMeter(slider.value));
    // A key that is held down moves it thirty times a second.
    let pause;
    slider.addEventListener("change", () => {
      clearTimeout(pause);
      pause = setTimeout(() => this.act(`meter ${slider.value}`), 150);
    });
  }

  showMeter(kilowatts) {
    byId("meter-value").textContent = `${kilowatts} kW`;
  }

  /** The lines that fit what was typed; a click takes one over. */
  help() {
    const rows = [...byId("help").querySelectorAll("[data-usage]")];
    for (const row of rows) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = row.dataset.usage;
      button.addEventListener("click", () => {
        byId("line").value = row.dataset.usage.split(/ (?=[A-Z±[])|\|/)[0];
        byId("line").focus();
      });
      row.querySelector("dt").replaceChildren(button);
    }
    byId("line").addEventListener("input", () => {
      byId("help").open = true;
      this.fitting();
    });
  }

  fitting() {
    const word = byId("line").value.trimStart().split(" ")[0];
    for (const row of byId("help").querySelectorAll("[data-usage]")) {
      const { usage } = row.dataset;
      row.hidden = !usage.startsWith(word) || (this.central === "none" && usage.startsWith("csms "));
    }
  }

  // What the board says.

  begin() {
    this.state = {};
    for (const each of document.querySelectorAll(".switch")) each.setAttribute("aria-pressed", "false");
    byId("meter").value = 0;
    this.showMeter("0");
    byId("ntp").value = "up";
    // Until the board is there.
    this.enable(() => false);
    byId("download").href = "/recorded.script";
  }

  take(event) {
    if (event.kind === "board") this.fit(event);
    else if (event.kind === "power") this.switched({ power: event.on ? "on" : "off" });
    else if (event.kind === "cable") this.switched({ cable: event.plugged ? "in" : "out" });
    if (event.switches) this.switched(event.switches);
  }

  switched(switches) {
    Object.assign(this.state, switches);
    for (const each of document.querySelectorAll(".switch")) {
      each.setAttribute("aria-pressed", this.state[each.dataset.key] === each.dataset.is);
    }
    if (switches.meter !== undefined) {
      byId("meter").value = switches.meter;
      this.showMeter(switches.meter);
    }
    if (switches.ntp !== undefined && !switches.ntp.includes(" ")) byId("ntp").value = switches.ntp;
  }

  /** Only what this charger has can be used. */
  fit({ parts, central }) {
    this.enable((each) => {
      const part = each.dataset.part;
      const there = !part || parts.includes(part);
      if (part) each.title = there ? "" : `This charger has no ${part}`;
      return there && !(central === "none" && each.closest("#csms"));
    });
    byId("no-central").hidden = central !== "none";
    this.central = central;
    this.fitting();
  }

  end(script) {
    this.enable(() => false);
    byId("download").href = URL.createObjectURL(new Blob([script], { type: "text/plain" }));
  }

  enable(may) {
    for (const each of document.querySelectorAll(".case button, .play button, .play input, .play select")) each.disabled = !may(each);
  }
}
