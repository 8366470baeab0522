// SPDX-License-Identifier: LGPL-2.1-or-later
"use strict";
const cards = [...document.querySelectorAll("article")];
const main = document.querySelector("main");
const filter = document.getElementById("filter");
const order = document.getElementById("order");
const chosen = document.getElementById("chosen");

function play(card, with_sound) {
  const video = card.querySelector("video");
  if (!video) return;
  video.hidden = false;
  video.muted = !with_sound;
  video.controls = with_sound;
  video.play().catch(() => {});
}

function stop(card) {
  const video = card.querySelector("video");
  if (!video || video.controls) return;
  video.pause();
  video.hidden = true;
}

function toggle(card) {
  const video = card.querySelector("video");
  if (!video) return;
  if (video.controls && !video.paused) video.pause();
  else play(card, true);
}

function show() {
  const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
  const sums = new Map();
  let count = 0;
  for (const card of cards) {
    const fits = words.every((word) => card.dataset.text.includes(word)) &&
      (!chosen.checked || card.classList.contains("chosen"));
    card.hidden = !fits;
    if (!fits) continue;
    count += 1;
    const unit = card.dataset.unit;
    if (card.dataset.price !== "") sums.set(unit, (sums.get(unit) || 0) + Number(card.dataset.price));
  }
  const parts = [...sums].map(([unit, sum]) => `${Number(sum.toFixed(4))} ${unit}`);
  document.getElementById("sums").textContent = [`${count} of ${cards.length}`, ...parts].join(" \u00b7 ");
}

function sort() {
  const by = order.value;
  const before = (a, b) => a.dataset.place - b.dataset.place;
  const more = (a, b) => b.dataset[by] - a.dataset[by] || before(a, b);
  main.append(...[...cards].sort(by === "name" ? before : more));
}

for (const card of cards) {
  const view = card.querySelector(".view");
  view.addEventListener("pointerenter", (event) => { if (event.pointerType === "mouse") play(card, false); });
  view.addEventListener("pointerleave", () => stop(card));
  // A video with controls sees to clicks itself.
  view.addEventListener("click", (event) => { if (!event.target.controls) toggle(card); });
}
filter.addEventListener("input", show);
chosen.addEventListener("change", show);
order.addEventListener("change", sort);
document.addEventListener("keydown", (event) => {
  if (event.target === filter && event.key === "Escape") {
    filter.value = "";
    show();
    filter.blur();
  }
  if (/INPUT|SELECT|VIDEO|AUDIO/.test(event.target.tagName)) return;
  const seen = [...main.children].filter((card) => !card.hidden);
  const at = seen.indexOf(document.activeElement);
  const columns = getComputedStyle(main).gridTemplateColumns.split(" ").length;
  const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[event.key];
  const plays = (event.key === "Enter" || event.key === " ") && at >= 0;
  if (event.key === "/") filter.focus();
  else if (plays) toggle(seen[at]);
  else if (step === undefined || !seen.length) return;
  else seen[at < 0 ? 0 : Math.min(Math.max(at + step, 0), seen.length - 1)].focus();
  event.preventDefault();
});
show();
