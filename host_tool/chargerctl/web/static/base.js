// SPDX-FileCopyrightText: 2026 The chargerctl authors
// SPDX-License-Identifier: MIT
//
// What every page of chargerctl does: times in the viewer's zone, forms that are answered in place, live streams.

// Each takes long to make.
const timeOfDay = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });
const dayAndTime = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const exactly = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });

/** Show the times below `root` in the viewer's zone. */
export function times(root = document) {
  const today = new Date().toDateString();
  for (const each of root.querySelectorAll("time[datetime]")) {
    const at = new Date(each.dateTime);
    if (Number.isNaN(at.getTime())) continue;
    each.textContent = (at.toDateString() === today ? timeOfDay : dayAndTime).format(at);
    each.title = exactly.format(at);
  }
}

/** Show below `root` how long what has data-since lasts, 4:05 or 2:30, and in the element after it the unit, min or h. */
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

/** HTML of the server, which has escaped it, as elements. */
export function made(html) {
  const found = document.createRange().createContextualFragment(html);
  times(found);
  return found;
}

const said = document.getElementById("say");
let silence;

/** A sentence for the viewer, also read out; what is bad stays until a click, its button or Escape. */
export function say(text, bad = false) {
  clearTimeout(silence);
  said.className = bad ? "bad" : "";
  said.firstElementChild.textContent = text;
  said.lastElementChild.hidden = !bad;
  if (!bad) silence = setTimeout(() => { said.firstElementChild.textContent = ""; }, 8000);
}

/** Send what changes something; gives the JSON of the answer. Throws an Error whose message is a sentence. */
export async function send(url, values) {
  const csrf = document.querySelector("meta[name=csrf]")?.content ?? "";
  let answer;
  try {
    answer = await fetch(url, {
      method: "POST", body: new URLSearchParams(values), headers: { "X-CSRF": csrf, Accept: "application/json" },
    });
  } catch {
    throw new Error("The server does not answer. Is chargerctl running?");
  }
  const found = await answer.json().catch(() => ({}));
  if (answer.status === 401) connection(send, false, OUT);
  if (!answer.ok) throw new Error(found.error ?? `The server answered ${answer.status}.`);
  return found;
}

/** Ask before something that cannot be undone: whether the viewer agrees. */
export function ask(question, yes = "Yes") {
  const dialog = document.getElementById("ask");
  dialog.querySelector("p").textContent = question;
  dialog.querySelector("[value=yes]").textContent = yes;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

// <form data-send>: sent by send(), and its answer said; data-ask: a question before. What went wrong is said in
// its element of class "error", if it has one. The form then gets an event "sent" whose detail is the answer.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!("send" in form.dataset)) return;
  event.preventDefault();
  const button = event.submitter;
  const values = new FormData(form, button);
  if (button?.ariaBusy === "true") return;
  if (form.dataset.ask && !(await ask(form.dataset.ask, button?.textContent.trim()))) return;
  if (button) button.ariaBusy = "true";
  const place = form.querySelector(".error");
  if (place) place.textContent = "";
  try {
    const answer = await send(form.action, values);
    if (answer.said) say(answer.said);
    form.dispatchEvent(new CustomEvent("sent", { detail: answer, bubbles: true }));
  } catch (error) {
    if (place) place.textContent = error.message;
    else say(error.message, true);
  } finally {
    if (button) button.ariaBusy = null;
  }
});

const lost = new Set();
const LOST = "Connection lost: what you see may be old. Trying again…";
const OUT = "You are logged out.";

function connection(stream, works, why = LOST) {
  if (works) lost.delete(stream);
  else lost.add(stream);
  document.body.dataset.live = lost.size ? "no" : "yes";
  const banner = document.getElementById("lost");
  banner.hidden = lost.size === 0;
  banner.firstElementChild.textContent = why;
}

/** Follow a stream of server-sent events: handlers by the name of the event, each gets the JSON of its data. It connects again by
 * itself, and rests while nobody looks; `data-live` of <body> says whether it is connected. address(): of the stream, asked at
 * each connection, so that it can say what the page has by then. Returns what ends it. */
export function live(address, handlers) {
  const me = {};
  let stream, timer, late;
  function open() {
    clearTimeout(timer);
    stream?.close();
    if (document.hidden) return;
    stream = new EventSource(address());
    stream.onopen = () => {
      clearTimeout(late);
      late = undefined;
      connection(me, true);
    };
    stream.onerror = () => {
      const isRefused = stream.readyState === EventSource.CLOSED;
      // The browser would open the same address again.
      stream.close();
      if (isRefused) return refused();
      // A stream that has lasted its time is there again soon.
      late ??= setTimeout(() => connection(me, false), 4000);
      timer = setTimeout(open, 2000);
    };
    for (const [name, handle] of Object.entries(handlers)) {
      stream.addEventListener(name, (event) => handle(JSON.parse(event.data)));
    }
  }
  async function refused() {
    clearTimeout(late);
    late = undefined;
    const stop = new AbortController();
    const asked = { signal: stop.signal, headers: { Accept: "application/json" } };
    const answer = await fetch(address(), asked).catch(() => null);
    const found = answer && !answer.ok ? await answer.json().catch(() => ({})) : {};
    stop.abort();
    if (answer?.status === 401) return connection(me, false, OUT);
    connection(me, false, found.error ? `This page is not live: ${found.error}. Trying again…` : LOST);
    timer = setTimeout(open, 3000);
  }
  function shown() {
    clearTimeout(timer);
    if (document.hidden) timer = setTimeout(() => stream?.close(), 10000);
    else if ((stream?.readyState ?? EventSource.CLOSED) === EventSource.CLOSED) open();
  }
  document.addEventListener("visibilitychange", shown);
  addEventListener("pageshow", shown);
  addEventListener("pagehide", () => stream?.close());
  open();
  return () => {
    document.removeEventListener("visibilitychange", shown);
    removeEventListener("pageshow", shown);
    clearTimeout(timer);
    clearTimeout(late);
    stream?.close();
    connection(me, true);
  };
}

const FOCUSABLE = "a[href], button, input, select, textarea, summary, [tabindex]";

/** Put the one element of `html` in the place of the one with its id, or at the end of `list`; what has the focus keeps it. The
 * server has escaped it. */
export function put(html, list) {
  const fresh = made(html).firstElementChild;
  const old = document.getElementById(fresh.id);
  if (!old) {
    list?.append(fresh);
    return fresh;
  }
  const focused = [old, ...old.querySelectorAll(FOCUSABLE)].indexOf(document.activeElement);
  old.replaceWith(fresh);
  if (focused >= 0) [fresh, ...fresh.querySelectorAll(FOCUSABLE)][focused]?.focus({ preventScroll: true });
  return fresh;
}

said.addEventListener("click", () => say(""));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") say("");
});
// The server draws days of the viewer's zone.
document.cookie = `zone=${Intl.DateTimeFormat().resolvedOptions().timeZone}; path=/; max-age=31536000; samesite=lax`;
times();
