// The week: on which weekday and half of the day people have a place within a walk.

import { $, fill, h } from "./dom.js";
import { isMainWalking, state, walkingOf } from "./store.js";
import { label, limit, number, percent, said, word } from "./words.js";

const HALVES = ["am", "pm"];

// A cell says whole per cents: a table of 14 figures is read at a glance or not at all.
function cell(slot, whole) {
  const share = slot.coverage_pct;
  const shown = Number.isFinite(share) && share > 0;
  const ground = shown ? `rgb(0 114 178 / ${Math.min(share, 100) / 160})` : "transparent";
  if (!(slot.reached >= 1) && slot.reached_with_unknown >= 1) return h("td", { class: "quiet" }, word("slot.not_known"));
  return h("td", { class: shown ? null : "quiet", style: { background: ground }, title: percent(share, whole) }, shown ? `${number(Math.max(1, share))}%` : "0");
}

// Open beside the figures of one area; what the whole town sees first is the list.
let drawnFor = "";

export function drawWeek() {
  const { week, asked } = state;
  const box = $("week");
  if (asked.area !== drawnFor) box.open = asked.area !== "";
  drawnFor = asked.area;
  box.hidden = !(week.residents > 0);
  if (box.hidden) return fill(box);
  const head = h("tr", {}, h("td", {}), Array.from({ length: 7 }, (_, day) => h("th", { scope: "col" }, word(`weekday.short.${day}`))));
  const rows = HALVES.map((half) => h("tr", {}, h("th", { scope: "row" }, word(`half_day.short.${half}`)), week.slots.filter((slot) => slot.half_day === half).map((slot) => cell(slot, week.residents))));
  const told = said(week, "sentences");
  const other = isMainWalking() ? null : h("p", {}, word("page.weekOf", { walking: label(walkingOf(week.profile)) }));
  return fill(box,
    h("summary", {}, word("report.week"), h("small", {}, word(`page.week_${week.frequency}`, { limit: limit(week) }))),
    h("table", { class: "week" }, h("thead", {}, head), h("tbody", {}, rows)),
    h("div", { class: "told" }, other, told.slice(1).map((sentence) => h("p", {}, sentence))));
}
