// SPDX-FileCopyrightText: 2026 The chargerctl authors
// SPDX-License-Identifier: MIT
//
// A card that was held to a charger appears at once, and a name that is being typed stays.

import { live, made } from "/static/base/base.js";
import { refresh } from "/static/refresh.js";

const list = document.getElementById("offers");

function show(offers) {
  const fresh = offers.map((html) => made(html).firstElementChild);
  const wanted = new Set(fresh.map((each) => each.id));
  for (const each of [...list.children]) if (!wanted.has(each.id)) each.remove();
  fresh.reverse().forEach((each) => {
    const there = document.getElementById(each.id);
    if (there) there.querySelector(".what").replaceWith(each.querySelector(".what"));
    else {
      each.classList.add("fresh");
      list.prepend(each);
    }
  });
}

if (list) live(() => "/stream/cards", { offers: show });

document.addEventListener("sent", (event) => {
  const offer = event.target.closest(".offer");
  if (offer) {
    offer.remove();
    document.getElementById("swipe-title").focus();
  }
  if (event.target.id === "add") event.target.reset();
  // The search stays as it is: somebody may be typing there.
  document.getElementById("cards-search").hidden = false;
  refresh("cards");
});
