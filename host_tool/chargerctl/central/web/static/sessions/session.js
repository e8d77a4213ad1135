// SPDX-FileCopyrightText: 2026 The chargerctl authors
// SPDX-License-Identifier: MIT

import { refresh } from "/static/refresh.js";

document.addEventListener("sent", () => refresh("session"));
