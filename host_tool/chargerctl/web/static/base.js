// SPDX-FileCopyrightText: 2026 The chargerctl authors
// SPDX-License-Identifier: MIT
//
// What every page of chargerctl does: times in the viewer's zone, forms that are answered in place, live streams.

/** Show the times below `root` in the viewer's zone. */
export function times(root = document) {
  for (const each of root.querySelectorAll("time[datetime]")) {
    const at = new Date(each.dateTime);
    if (Number.isNaN(at.getTime())) continue;
    const sameDay = at.toDateString() === new Date().toDateString();
    each.textContent = at.toLocaleString(undefined, sameDay ? { timeStyle: "medium" } : { dateStyle: "medium", timeStyle: "short" });
    each.title = at.toLocaleString(undefined, { dateStyle: "full", timeStyle: "long" });
  }
}

/** A sentence for the viewer, also read out. */
export function say(text) {
  const place = document.getElementById("say");
  place.textContent = text;
}

/** Send what changes something; gives the JSON of the answer. Throws an Error whose message is a sentence. */
export async function send(url, values) {
  const csrf = document.querySelector("meta[name=csrf]")?.content ?? "";
  const body = new URLSearchParams(values);
  let answer;
  try {
    answer = await fetch(url, { method: "POST", body, headers: { "X-CSRF": csrf, Accept: "application/json" } });
  } catch {
    throw new Error("The server does not answer. Is chargerctl running?");
  }
  const found = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(found.error ?? `The server answered ${answer.status}.`);
  return found;
}

/** Follow a stream of server-sent events: handlers by the name of the event, each gets the JSON of its data. The browser connects again by
 * itself; `live` on <body> says whether it is connected. */
export function live(url, handlers) {
  const stream = new EventSource(url);
  stream.onopen = () => { document.body.dataset.live = "yes"; };
  stream.onerror = () => { document.body.dataset.live = "no"; };
  for (const [name, handle] of Object.entries(handlers)) {
    stream.addEventListener(name, (event) => handle(JSON.parse(event.data)));
  }
  return stream;
}

/** Put the one element of `html` in the place of the one with its id, or at the end of `list`. The server has escaped it. */
export function put(html, list) {
  const made = document.createRange().createContextualFragment(html).firstElementChild;
  times(made);
  const old = document.getElementById(made.id);
  if (old) old.replaceWith(made);
  else list?.append(made);
  return made;
}

// The server draws days of the viewer's zone.
document.cookie = `zone=${encodeURIComponent(Intl.DateTimeFormat().resolvedOptions().timeZone)}; path=/; max-age=31536000; samesite=lax`;
times();
