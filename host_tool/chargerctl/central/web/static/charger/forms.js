// SPDX-FileCopyrightText: 2026 The chargerctl authors
// SPDX-License-Identifier: MIT
//
// Forms whose answer stays below them: what the charger said, or why it could not be asked.

import { ask, send } from "/static/base/base.js";

const waiting = new Set();

/** Send every form within `root` in place, also those that come later. answered(form, answer): what more is to be done. */
export function answerInPlace(root, answered = () => {}) {
  root.addEventListener("submit", async (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    event.preventDefault();
    const button = event.submitter;
    if (waiting.has(form.id)) return;
    const question = button?.dataset.ask ?? form.dataset.ask;
    const values = new FormData(form, button);
    if (question && !(await ask(question, button?.textContent.trim()))) return;
    const url = button?.getAttribute("formaction") ?? form.action;
    const outcome = form.closest(".action").querySelector(".outcome");
    show(outcome, "open", "Waiting for the charger …");
    waiting.add(form.id);
    markWaiting(root);
    button?.setAttribute("aria-busy", "true");
    try {
      const answer = await send(url, values);
      show(outcome, answer.done === false ? "failed" : "done", answer.said);
      answered(form, answer);
    } catch (error) {
      show(outcome, "failed", error.message);
    } finally {
      waiting.delete(form.id);
      button?.removeAttribute("aria-busy");
      markWaiting(root);
    }
  });
}

/** Buttons of forms that wait cannot be pressed; also after the form was drawn anew. */
export function markWaiting(root) {
  for (const form of root.querySelectorAll("form[method=post]")) {
    for (const button of form.querySelectorAll("button")) button.disabled = waiting.has(form.id);
  }
}

/** An outcome, with its time: it stays until there is another one. */
export function show(place, how, text) {
  place.className = `outcome ${how}`;
  const at = new Date().toLocaleTimeString(undefined, { timeStyle: "medium" });
  place.textContent = how === "open" ? text : `${at}  ${text}`;
}
