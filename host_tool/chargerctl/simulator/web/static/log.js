// SPDX-FileCopyrightText: 2026 The chargerctl authors
// SPDX-License-Identifier: MIT
//
// A bounded list of what comes, which follows its end, unless it is paused or somebody has scrolled up.

export class Log {
  constructor(place, pause, most) {
    this.place = place;
    this.most = most;
    this.waiting = [];
    this.paused = false;
    this.button = pause;
    this.following = true;
    place.addEventListener("scroll", () => {
      this.following = place.scrollTop + place.clientHeight >= place.scrollHeight - 24;
    });
    new ResizeObserver(() => this.follow()).observe(place);
    pause.addEventListener("click", () => this.pause(!this.paused));
  }

  add(...elements) {
    if (this.paused) {
      this.waiting.push(...elements);
      this.waiting.splice(0, this.waiting.length - this.most);
      this.button.textContent = `Go on (${this.waiting.length} new)`;
      return;
    }
    const { place } = this;
    place.append(...elements);
    while (place.childElementCount > this.most) place.firstElementChild.remove();
    this.follow();
  }

  follow() {
    if (this.following) this.place.scrollTop = this.place.scrollHeight;
  }

  clear() {
    this.waiting = [];
    this.place.replaceChildren();
  }

  pause(paused) {
    this.paused = paused;
    this.button.setAttribute("aria-pressed", paused);
    this.button.textContent = paused ? "Go on" : "Pause";
    if (paused) return;
    this.following = true;
    this.add(...this.waiting.splice(0));
  }
}
