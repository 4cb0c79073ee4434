// Scenarios beside today: in sentences, as one table, and which areas change their sign.

import { h } from "./dom.js";
import { sign } from "./panel.js";
import { FREQUENCIES, TARGET } from "./vocabulary.js";
import { capital, label, lang, number, often, people, percent, said, word, yen } from "./words.js";

const BASE = "base";
const MOST_GAPS = 12;
// The classes whose places are counted one by one.
const CLASSES = FREQUENCIES.slice(FREQUENCIES.indexOf(TARGET));
const rowName = (key) => {
  const name = CLASSES.find((one) => key === `places_${one}`);
  return name ? capital(word("page.r_places", { frequency: often(name) })) : capital(word(`scenario.row.${key}`));
};

const persons = (value) => people(value);
const ROWS = {
  reached: persons, coverage_pct: (pct, row) => percent(pct, row.residents), newly_reached: persons, no_longer_reached: persons,
  gaps_none: number, gaps_monthly_only: number, gaps_unknown: number, ...Object.fromEntries(CLASSES.map((name) => [`places_${name}`, number])),
  cost_per_year_yen: yen, cost_once_yen: yen,
};
const AGAINST_TODAY = ["newly_reached", "no_longer_reached", "cost_per_year_yen", "cost_once_yen"];

const nameOf = (scenario) => (scenario === BASE ? word("page.today") : scenario);

function line(head, cells) {
  return h("tr", {}, h("th", { scope: "row" }, head), cells.map((cell) => h("td", {}, cell)));
}

function measures(overview) {
  const told = ([key]) => key !== "gaps_unknown" || overview.some((row) => row[key] > 0);
  return Object.entries(ROWS).filter(told).map(([key, say]) => line(rowName(key), overview.map((row) => (row.scenario === BASE && AGAINST_TODAY.includes(key) ? "" : say(row[key], row)))));
}

// Rows of a table with one row per scenario and thing, by thing.
function grouped(rows, keyOf) {
  const found = new Map();
  for (const row of rows) found.set(keyOf(row), [...(found.get(keyOf(row)) ?? []), row]);
  return [...found.values()];
}

function targets(rows) {
  return grouped(rows, (row) => `${row.layer} ${row.frequency} ${row.label}`).map((same) => line(capital(word("scenario.row.target", { label: label(same[0]) })), same.map((row) => word(`text.${row.counts}`, { n: `${number(row.reached)} / ${number(row.number)}` }))));
}

function worst(rows) {
  const several = rows.filter((row) => row.areas_n > 1);
  const cell = (row) => (row.worst_area_name ? [h("span", { class: "area" }, row.worst_area_name), h("small", {}, percent(row.worst_coverage_pct, row.worst_residents))] : "−");
  return grouped(several, (row) => row.layer).map((same) => line(word("scenario.row.worst", { layer: label(same[0]) }), same.map(cell)));
}

function gaps(rows) {
  const changed = rows.filter((row) => row.scenario !== BASE && row.gap !== row.gap_today);
  if (!changed.length) return null;
  const one = (row) => h("li", {}, sign(row.gap_today), h("span", { "aria-hidden": "true" }, " → "), sign(row.gap), ` ${row.area_name}`);
  const block = (same) => [h("h4", {}, same[0].scenario), h("ul", { class: "turned" }, same.slice(0, MOST_GAPS).map(one)), same.length > MOST_GAPS ? h("p", { class: "quiet" }, word("page.editsN", { n: number(same.length) })) : null];
  return [h("h3", {}, word("page.gapsChange")), grouped(changed, (row) => row.scenario).map(block)];
}

export function drawComparison(answer) {
  const { overview, layers, targets: aims, gaps: units, sentences } = answer;
  const names = overview.map((row) => nameOf(row.scenario));
  const head = h("tr", {}, h("th", { scope: "col" }, word("page.measure")), names.map((name) => h("th", { scope: "col" }, name)));
  const table = h("table", { class: "compared" }, h("thead", {}, head), h("tbody", {}, measures(overview), targets(aims), worst(layers)));
  return h("section", { id: "compared", tabindex: -1, "aria-label": word("page.compare") },
    said(answer, "assumed").map((line) => h("p", { class: "quiet" }, `※ ${line}`)),
    sentences[lang].map((text) => h("p", { class: names.slice(1).some((name) => text.includes(name)) ? "told-first" : null }, text)),
    h("div", { class: "wide", tabindex: 0, role: "region", "aria-label": word("page.compare") }, table), gaps(units));
}
