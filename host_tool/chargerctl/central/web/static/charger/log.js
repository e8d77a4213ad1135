// SPDX-FileCopyrightText: 2026 The chargerctl authors
// SPDX-License-Identifier: MIT
//
// The log of one charger's frames: new ones appear, older ones and payloads come when they are asked for.

import { live, made, say } from "/static/base/base.js";

// More than these nobody reads, and a phone gets slow.
const MOST = 500;

const root = document.getElementById("charger");
const list = document.getElementById("frames");
const state = document.getElementById("log-live");
const pause = document.getElementById("pause");
const filter = new URLSearchParams(location.search);

let missed = 0;
let newest = list.dataset.newest;

async function fragment(path) {
  const answer = await fetch(`${root.dataset.here}/${path}`, { headers: { Accept: "application/json" } });
  if (!answer.ok) {
    const found = await answer.json().catch(() => ({}));
    throw new Error(found.error ?? `The server answered ${answer.status}.`);
  }
  return made(await answer.text());
}

// Payloads, when a frame is unfolded.
list.addEventListener("toggle", async (event) => {
  const place = event.target.querySelector?.(".payload");
  if (!place || !event.target.open || place.childElementCount) return;
  place.textContent = "…";
  try {
    place.replaceChildren(await fragment(`frames/${event.target.closest("li").dataset.id}`));
  } catch (error) {
    place.textContent = error.message;
  }
}, true);

// Older frames.
list.addEventListener("click", async (event) => {
  const button = event.target.closest(".older button");
  if (!button) return;
  const older = button.parentElement;
  button.disabled = true;
  try {
    const query = new URLSearchParams(filter);
    query.set("before", older.dataset.before);
    const frames = await fragment(`frames?${query}`);
    const first = frames.firstElementChild;
    older.replaceWith(frames);
    first?.querySelector("summary, button")?.focus();
    const none = document.getElementById("no-frames");
    none.hidden = list.querySelector(".frame") !== null;
    if (!list.querySelector(".older")) none.textContent = "No frame found.";
  } catch (error) {
    button.disabled = false;
    say(error.message);
  }
});

// New frames.
function add(html) {
  list.prepend(made(html));
  document.getElementById("no-frames").hidden = true;
  shorten();
}

function shorten() {
  const rows = list.querySelectorAll(".frame");
  if (rows.length <= MOST) return;
  for (const row of [...rows].slice(MOST)) row.remove();
  list.querySelector(".older")?.remove();
  const older = document.createElement("li");
  older.className = "older";
  older.dataset.before = rows[MOST - 1].dataset.id;
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Older";
  older.append(button);
  list.append(older);
}

function address() {
  const query = new URLSearchParams(filter);
  query.set("after", newest);
  return `${root.dataset.here}/log/stream?${query}`;
}

function frames({ html, count, newest: last }) {
  newest = last;
  if (pause.getAttribute("aria-pressed") === "true") {
    missed += count;
    tell();
  } else if (html) {
    add(html);
  }
}

function tell() {
  const paused = pause.getAttribute("aria-pressed") === "true";
  pause.textContent = paused ? "Go on" : "Pause";
  state.textContent = paused ? `Paused${missed ? `: ${missed} new` : ""}.` : "New frames appear by themselves.";
}

pause.addEventListener("click", async () => {
  const paused = pause.getAttribute("aria-pressed") !== "true";
  pause.setAttribute("aria-pressed", String(paused));
  if (!paused && missed) {
    try {
      list.replaceChildren(await fragment(`frames?${filter}`));
    } catch (error) {
      say(error.message);
    }
  }
  missed = 0;
  tell();
});

pause.hidden = false;
tell();
live(address, { frames });
