// SPDX-FileCopyrightText: 2026 The chargerctl authors
// SPDX-License-Identifier: MIT

/** Show below `root` how long what runs has lasted: 4:05 min, 2:30 h. */
export function durations(root = document) {
  for (const each of root.querySelectorAll("[data-since]")) {
    const seconds = Math.max(0, Math.floor((Date.now() - new Date(each.dataset.since)) / 1000));
    const [whole, rest, unit] = seconds < 3600 ? [60, 1, "min"] : [3600, 60, "h"];
    const text = `${Math.floor(seconds / whole)}:${String(Math.floor((seconds % whole) / rest)).padStart(2, "0")}`;
    if (each.textContent === text) continue;
    each.textContent = text;
    each.nextElementSibling.textContent = unit;
  }
}
