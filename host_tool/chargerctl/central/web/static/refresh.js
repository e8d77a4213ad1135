// SPDX-FileCopyrightText: 2026 The chargerctl authors
// SPDX-License-Identifier: MIT
//
// Draws a part of a page anew after something was changed: what was said stays to be read.

import { times } from "/static/base/base.js";

/** Take the element with this id from the page as the server draws it now. */
export async function refresh(id) {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok) return location.reload();
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById(id);
  if (!fresh) return location.reload();
  times(fresh);
  document.getElementById(id).replaceWith(fresh);
}
