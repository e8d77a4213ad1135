// SPDX-FileCopyrightText: 2026 The chargerctl authors
// SPDX-License-Identifier: MIT

import { refresh } from "/static/refresh.js";

// Who chooses a charger means only those.
document.addEventListener("change", (event) => {
  if (event.target.name === "charger" && (event.target.checked || event.target.type !== "checkbox")) document.querySelector("[name=where][value=some]").checked = true;
});

document.addEventListener("sent", () => refresh("card"));
