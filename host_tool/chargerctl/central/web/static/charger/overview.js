// SPDX-FileCopyrightText: 2026 The chargerctl authors
// SPDX-License-Identifier: MIT
//
// What one charger does, live, and what it is told.

import { durations, live, put } from "/static/base/base.js";
import { answerInPlace, markWaiting, show } from "./forms.js";

const root = document.getElementById("charger");
const running = () => document.getElementById("state").dataset.sessions.split(" ").filter(Boolean);

// Of a start: the sessions before it; and what the charger answered, until its session is there.
let before = [];
let started = null;

root.addEventListener("submit", (event) => {
  if (event.target.id !== "start") return;
  before = running();
  started = null;
});
answerInPlace(root, (form, answer) => {
  if (form.id === "start" && answer.done) started = answer;
  tellBegin();
  if (form.id === "rename") document.getElementById("title").textContent = answer.name || root.dataset.serial;
});

let { seen } = root.dataset;
live(() => `${root.dataset.here}/stream?seen=${seen}`, {
  parts({ html, seen: now }) {
    seen = now;
    const open = [...root.querySelectorAll("details[open][id]")].map((each) => each.id);
    for (const each of html) put(each);
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    markWaiting(root);
    tellBegin();
    fold();
    durations(root);
  },
});

function tellBegin() {
  const fresh = started && running().find((each) => !before.includes(each));
  if (!fresh) return;
  show(document.getElementById("start-outcome"), "done", `RemoteStartTransaction: ${started.word}: session ${fresh} has begun`);
  started = null;
}

// Only what has changed: who unfolds it wants to see it.
const starting = document.getElementById("starting");
const isFull = () => document.getElementById("stop")?.dataset.full === "yes";
let full = isFull();

function fold() {
  if (!starting || isFull() === full) return;
  full = isFull();
  starting.open = !full;
  if (full && document.activeElement?.closest("#start")) starting.querySelector("summary").focus();
}

const card = document.getElementById("start-card");
const other = document.getElementById("start-other");
if (card) {
  const choose = () => {
    other.hidden = card.value !== "other";
    if (other.hidden) document.getElementById("start-tag").value = "";
  };
  card.addEventListener("change", choose);
  choose();
}
setInterval(durations, 1000);
durations();
