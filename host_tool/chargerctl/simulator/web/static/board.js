// SPDX-FileCopyrightText: 2026 The chargerctl authors
// SPDX-License-Identifier: MIT
//
// The page of the virtual board: what comes by the live stream, and where it goes. What a person does is in controls.js.

import { live } from "/static/base/base.js";
import { Charger } from "./charger.js";
import { Log } from "./log.js";
import { consoleLine } from "./console.js";
import { Frames } from "./frames.js";
import { Controls } from "./controls.js";

const charger = new Charger();
const controls = new Controls();
const console_ = new Log(document.getElementById("console"), document.getElementById("pause"), 1000);
const frames = new Frames(document.getElementById("frames"), document.getElementById("pause-frames"));
const running = document.getElementById("running");
const over = document.getElementById("over");
const time = document.getElementById("board-time");
let recorded = 0;
// Of this run of the command: which event was the last.
let run = "";
let seen = 0;

const isNew = (event) => event.n > seen;

function status(text, look) {
  running.textContent = text;
  running.className = `chip ${look}`;
}

function countRecorded(more) {
  recorded += more;
  document.getElementById("recorded").textContent = `${recorded} line${recorded === 1 ? "" : "s"}`;
}

function take(event) {
  seen = event.n ?? seen;
  if (event.t !== undefined) time.textContent = `${event.t.toFixed(1)} s`;
  charger.take(event);
  controls.take(event);
  if (event.kind === "board") status("running", "good");
  if (event.kind === "frame") frames.add(event);
  if (event.kind === "ended") end(event);
  if ((event.kind === "hand" || event.kind === "script") && !event.error) countRecorded(1);
  const line = consoleLine(event);
  if (line) console_.add(line);
}

function end({ status: exit, why, script }) {
  status("ended", exit === 0 ? "wait" : "bad");
  over.textContent = `The simulation has ended with exit status ${exit}${why ? `: ${why}` : ""}. Start the command again, and this page goes on.`;
  over.hidden = false;
  document.body.dataset.over = "";
  controls.end(script);
}

/** At each connection, also after the command was started again: then everything is new. */
function present(now) {
  if (now.run !== run) {
    run = now.run;
    seen = 0;
    console_.clear();
    frames.clear();
  }
  over.hidden = true;
  delete document.body.dataset.over;
  status("starting", "wait");
  charger.begin();
  controls.begin();
  recorded = 0;
  countRecorded(now.recorded);
  for (const event of now.states) {
    if (event.kind === "board") status("running", "good");
    charger.take(event);
    controls.take(event);
  }
  controls.switched(now.switches);
  charger.switched(now.switches);
  console_.add(...now.console.filter(isNew).map(consoleLine).filter(Boolean));
  frames.add(...now.frames.filter(isNew));
  seen = now.n;
  if (now.ended) end(now.ended);
  charger.ready();
}

live(() => "/stream", { present, events: (events) => events.forEach(take) });
