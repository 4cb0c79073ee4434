// The message: one sentence with its figures, the signs of the areas, the targets, the choices.

import { $, fill, h } from "./dom.js";
import { GAPS, GAP_SIGNS, UNTOLD_GAPS } from "./vocabulary.js";
import { inArea, isMainWalking, limitKey, state, walkingOf } from "./store.js";
import { age, approximately, brackets, capital, label, lang, limit, metres, named, number, often, orMore, parts, people, percent, placeOf, said, typeOf, word } from "./words.js";

export const figureText = (value) => (Number.isFinite(value) ? people(value) : word("page.noResidents"));

// For whom it hangs on days that nobody knows; sums of shares that are no person are nobody.
export const undecidedOf = (figures) => { const n = figures.reached_with_unknown - figures.reached; return n >= 1 ? n : 0; };

// What nobody knows, and how far the share could move; nothing where all is known that could change it.
export function daysUnknown(figures, frequency, area = "") {
  const n = figures.places_unknown_n ?? 0;
  if (!(figures.residents > 0) || (n === 0 && undecidedOf(figures) === 0)) return null;
  const [low, high] = [figures.coverage_pct, figures.coverage_with_unknown_pct].map((pct) => percent(pct, figures.residents));
  const key = area ? `sentence.unknown.${n ? "area" : "around"}` : "sentence.unknown";
  return h("p", { class: "first" }, sign("unknown"), " ", word(key, { n: number(n), area, frequency: often(frequency), low, high }));
}

// Where the data has no streets: whether anybody can walk there is not known.
function noStreets(area) {
  const lacking = state.units.filter((unit) => unit.gap === "no_streets" && unit.residents > 0 && (!area || inArea(unit)));
  if (!lacking.length) return null;
  const sum = (name) => lacking.reduce((all, unit) => all + (unit[name] ?? 0), 0);
  const { off_streets: off, age_group: group } = state.about.summary;
  return h("p", { class: "first" }, sign("no_streets"), " ", word(area ? "sentence.no_streets.area" : "sentence.no_streets",
    { area, n: number(lacking.length), residents: people(sum("residents")), off: people(area ? sum("off_streets") : off), age_group: age(group) }));
}

function sentence(summary) {
  const far = limit(summary);
  const kind = placeOf(summary.frequency);
  const share = percent(summary.coverage_pct, summary.residents);
  const reached = h("strong", { class: "figure reached" }, undecidedOf(summary) ? word("sentence.at_least", { reached: people(summary.reached) }) : people(summary.reached));
  return [
    h("p", {}, parts("page.sentence.whole", { age: age(summary.age_group), residents: h("b", { class: "whole" }, people(summary.residents)) })),
    h("p", {}, parts("page.sentence.reached", { reached, share: h("span", { class: "share" }, brackets(share)) })),
    h("p", {}, parts("page.sentence.place", { limit: h("b", {}, far), place: h("b", {}, kind) })),
  ];
}

export function drawMessage() {
  const { summary } = state;
  const { municipality, unmatched_residents: unmatched, off_streets: off, places_cut_off_n: cut } = state.about.summary;
  const place = summary.area_name;
  const city = lang === "ja" ? municipality.name : municipality.name_en;
  const shown = Number.isFinite(summary.residents) && summary.residents > 0;
  const bar = h("div", { class: "bar", role: "img", "aria-label": `${capital(word("reached"))} ${percent(summary.coverage_pct, summary.residents)}` }, h("i", { style: { width: `${Math.min(100, summary.coverage_pct ?? 0)}%` } }));
  const undecided = undecidedOf(summary);
  const missing = h("p", { class: "missing" }, h("span", {}, capital(word("unreached"))), " ", h("strong", { class: "figure unreached" }, people(summary.unreached)),
    undecided ? h("small", { class: "undecided" }, ` ${word("page.hangs", { people: people(undecided) })}`) : null);
  const notes = [...said(summary, "assumed")];
  const inMinutes = Number.isFinite(summary.walk_limit_min);
  const walker = inMinutes || !isMainWalking() ? h("p", { class: "walker quiet" }, named(word("report.walkers.short"), label(walkingOf(summary.profile))), inMinutes ? null : h("small", {}, word("page.onlyMinutes"))) : null;
  if (!state.asked.area && unmatched >= 1) notes.push(word("page.unmatched", { n: people(unmatched) }));
  if (!state.asked.area && cut) notes.push(word("places_cut_off", { n: number(cut) }));
  if (!state.asked.area && off >= 1) notes.push(word("off_streets", { age_group: age(state.about.summary.age_group), residents: people(off), limit: metres(state.about.parameters.snap_limit_m) }));
  fill($("message"),
    state.asked.area ? h("h2", { class: "place" }, place) : null,
    daysUnknown(summary, summary.frequency, state.asked.area ? place : ""),
    noStreets(state.asked.area ? place : ""),
    shown ? [h("div", { class: "sentence" }, sentence(summary)), walker, bar, missing] : h("p", { class: "sentence" }, figureText(null)),
    notes.length ? h("div", { class: "note" }, notes.map((note) => h("p", {}, note))) : null,
    h("p", {}, reportLink(state.asked.area, state.asked.area ? place : city)));
}

// Of an area, or of the whole municipality.
export function reportLink(area, name) {
  const address = `/reports${area ? `/${encodeURIComponent(area)}` : ""}?lang=${lang}`;
  return h("a", { class: "link", href: address, target: "_blank", rel: "noopener" }, word("page.report", { area: name }));
}

export function sign(gap) {
  const { sign: text, tone } = GAP_SIGNS[gap];
  return h("span", { class: `sign ${tone}`, role: "img", "aria-label": word(`gap.${gap}`) }, text);
}

// What the data cannot tell is listed only where there is such a unit.
export const gapsOf = ({ gaps }) => GAPS.filter((gap) => gaps[gap] || !UNTOLD_GAPS.includes(gap));

export function layerOf(id) {
  return state.about.layers.find((layer) => layer.id === id) ?? { id, label: id, label_en: id };
}

export function drawCounts() {
  const { summary } = state;
  const { gap_layer: gapLayer, targets } = state.about.summary;
  const counts = summary.gaps && gapsOf(summary).map((gap) =>
    h("li", {}, sign(gap), h("span", {}, h("b", {}, parts("text.areas", { n: h("span", { class: "n" }, number(summary.gaps[gap])) })), h("small", {}, word(`page.n_${gap}`)))));
  const rows = state.asked.area ? [] : targets.map((target) => h("li", { class: "target", title: label(target) },
    h("span", {}, typeOf(target.frequency)),
    h("b", {}, number(target.reached), h("small", {}, ` / ${target.approximate ? word("page.about_") : ""}${word(`text.${target.counts}`, { n: number(target.number) })}`)),
    h("div", { class: "bar thin" }, h("i", { style: { width: `${Math.min(100, (100 * target.reached) / target.number)}%` } }))));
  fill($("counts"),
    counts && [h("h2", {}, label(layerOf(gapLayer))), h("ul", { class: "counts" }, counts)],
    rows.length ? [h("h2", {}, word("page.targets")), h("ul", { class: "targets" }, rows), state.about.summary.places_unknown_n > 0 ? h("p", { class: "quiet" }, word("report.unknown.note")) : null] : null);
}

function select(name, options, onChange) {
  const id = `choose-${name}`;
  const box = h("select", { id, onchange: (event) => onChange(name, event.target.value) },
    options.map(([value, text]) => h("option", { value, selected: String(value) === String(state.asked[name]) }, text)));
  return h("label", { class: "field", for: id }, h("span", {}, word(`page.choose.${name}`)), box);
}

export function drawChoices(onChange) {
  const { choices, layers } = state.about;
  fill($("choices"),
    select("layer", layers.map((layer) => [layer.id, approximately(layer, label(layer))]), onChange),
    select("limit", choices.limit.map((each) => [limitKey(each), limit(each)]), onChange),
    select("profile", choices.profile.map((id) => [id, label(walkingOf(id))]), onChange),
    select("age_group", choices.age_group.map((group) => [group, age(group)]), onChange),
    select("frequency", choices.frequency.map((frequency) => [frequency, orMore(frequency)]), onChange));
}
