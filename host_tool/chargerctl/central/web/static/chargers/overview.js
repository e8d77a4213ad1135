// SPDX-FileCopyrightText: 2026 The chargerctl authors
// SPDX-License-Identifier: MIT
//
// The overview: tiles that the server sends when chargers have changed, and which of them are shown.

import { durations, live, put } from "/static/base/base.js";

const list = document.getElementById("chargers");
const search = document.getElementById("search");
const books = document.getElementById("books");
let word = "";

function isWanted(tile) {
  return (!word || tile.dataset.word === word) && tile.textContent.toLowerCase().includes(search.value.trim().toLowerCase());
}

/** Show the tiles that are looked for. */
function choose(tiles = list.children) {
  for (const tile of tiles) tile.hidden = !isWanted(tile);
  for (const button of document.querySelectorAll("[data-show]")) {
    button.setAttribute("aria-pressed", String(button.dataset.show === word));
  }
  const there = list.children.length;
  document.getElementById("none-found").hidden = !there || list.querySelector(":scope > :not([hidden])") !== null;
  document.getElementById("no-charger").hidden = there > 0;
  document.getElementById("search-field").hidden = there < 2;
}

/** A new tile stands where the server would have put it. */
function place(tile) {
  const id = (each) => each.id.slice("charger-".length);
  const next = [...list.children].find((each) => each !== tile && id(each) > id(tile));
  list.insertBefore(tile, next ?? null);
}

live(() => list.dataset.stream, {
  chargers({ tiles, serials, sums, error }) {
    const drawn = [];
    for (const html of tiles) {
      const before = list.children.length;
      const tile = put(html, list);
      if (list.children.length > before) place(tile);
      durations(tile);
      drawn.push(tile);
    }
    if (serials) {
      const there = new Set(serials.map((each) => `charger-${each}`));
      for (const tile of [...list.children]) if (!there.has(tile.id)) tile.remove();
    }
    if (sums) {
      put(sums);
      if (word && !document.querySelector(`[data-show="${word}"]`)) word = "";
    }
    books.hidden = !error;
    books.textContent = error ? `The books cannot be read, so this page may be out of date: ${error}` : "";
    choose(word || search.value ? list.children : drawn);
  },
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-show], #show-all");
  if (!button) return;
  word = button.dataset.show ?? "";
  if (button.id === "show-all") search.value = "";
  choose();
});
search.addEventListener("input", () => choose());
setInterval(durations, 1000);
durations();
choose();
