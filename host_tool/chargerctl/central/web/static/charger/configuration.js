// SPDX-FileCopyrightText: 2026 The chargerctl authors
// SPDX-License-Identifier: MIT
//
// The configuration keys of one charger: found as one types, changed in place, and live.

import { live, made, put } from "/static/base/base.js";
import { answerInPlace, markWaiting } from "./forms.js";

const root = document.getElementById("charger");
const list = document.getElementById("keys");
const search = document.querySelector("#search input");

// Rows that came while somebody was typing in theirs, by their ids.
const held = new Map();

answerInPlace(root, (form, answer) => {
  if (!answer.done) return;
  const secret = form.querySelector("input[type=password]");
  if (secret) secret.value = "";
  for (const each of form.querySelectorAll("input")) each.defaultValue = each.value;
  release();
});

const query = new URLSearchParams(location.search);
query.set("since", root.dataset.since);
live(() => `${root.dataset.here}/configuration/stream?${query}`, {
  key: draw,
  told({ html, keys, since }) {
    query.set("since", since);
    const there = new Set(keys);
    for (const row of [...list.children]) if (!there.has(row.id)) row.remove();
    for (const id of [...held.keys()]) if (!there.has(id)) held.delete(id);
    put(html);
    find();
  },
});

function draw({ html }) {
  const { id } = made(html).firstElementChild;
  const old = document.getElementById(id);
  // What somebody types there stays.
  const typed = [...(old?.querySelectorAll("input[name=value]") ?? [])];
  if (typed.some((each) => each.value !== each.defaultValue)) {
    held.set(id, html);
    return;
  }
  held.delete(id);
  const said = old?.querySelector(".outcome");
  const row = put(html, list);
  if (said) row.querySelector(".outcome")?.replaceWith(said);
  markWaiting(root);
  find();
}

/** Draw those whose field is again as it was. */
function release() {
  for (const html of [...held.values()]) draw({ html });
}

list.addEventListener("focusout", () => setTimeout(release));

function find() {
  const wanted = (search?.value ?? "").trim().toLowerCase();
  let found = 0;
  for (const row of list.children) {
    const value = row.querySelector("input[name=value]:not([type=password])")?.value ?? row.querySelector(".key-value")?.textContent ?? "";
    row.hidden = !`${row.dataset.key}\n${value}`.toLowerCase().includes(wanted);
    found += row.hidden ? 0 : 1;
  }
  document.getElementById("no-keys").hidden = found > 0 || list.children.length === 0;
}

search?.addEventListener("input", find);
