// SPDX-FileCopyrightText: 2026 The chargerctl authors
// SPDX-License-Identifier: MIT
//
// Draws a part of a page anew after something was changed: what was said stays to be read, and what has the focus keeps it.

import { put } from "/static/base/base.js";

/** Take the element with this id from the page as the server draws it now. */
export async function refresh(id) {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  const text = answer?.ok ? await answer.text() : "";
  const fresh = new DOMParser().parseFromString(text, "text/html").getElementById(id);
  if (fresh) put(fresh.outerHTML);
  else location.reload();
}
