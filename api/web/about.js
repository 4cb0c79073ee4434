// What a reader must know beside the figures: the legend, the assumptions, the sources.

import { $, facts, fill, h } from "./dom.js";
import { CLASSES, GROUPS, STREETS } from "./layers.js";
import { PATTERNED, candidateImage, cutOff, editLine, groundKey, patternImage, placeImage, shown } from "./signs.js";
import { isExact, isMain, state } from "./store.js";
import { gapsOf, layerOf, sign } from "./panel.js";
import { peopleScale } from "./town.js";
import { EDIT_SIGNS, FREQUENCIES, GROUND_KEYS, NEXT_STATUSES, NO_SHARE } from "./vocabulary.js";
import { capital, date, dayInJapan, joined, label, lang, limit, listed, often, people, percent, said, word } from "./words.js";

const hiddenGroups = new Set();

function key(picture, text) {
  return h("li", {}, h("span", { class: "picture" }, picture), h("span", {}, text));
}

function swatch(colour, extra = "") {
  return h("i", { class: `swatch ${extra}`, style: { background: colour } });
}

function circle(count) {
  const size = `${2 * peopleScale()(count)}px`;
  return h("i", { class: "people", style: { width: size, height: size } });
}

function roundCounts() {
  const most = Math.max(10, ...state.units.map((unit) => unit.unreached ?? 0));
  const unit = 10 ** Math.floor(Math.log10(most));
  const top = [5, 2, 1].find((step) => step * unit <= most) * unit;
  return [top, top / 5];
}

function keysOf(group) {
  if (group === "l_share") {
    const steps = CLASSES.map(({ from, colour }) => h("li", {}, swatch(colour), h("span", {}, from)));
    return [...steps, h("li", {}, h("span", {}, word("text.percent", { n: 100 }))), key(swatch(NO_SHARE, "dashed"), word("page.nobody"))];
  }
  if (group === "l_people") return roundCounts().map((count) => key(circle(count), people(count, 0)));
  if (group === "l_gaps") {
    return gapsOf(state.about.summary).map((gap) => key(PATTERNED.includes(gap) ? [sign(gap), patch(gap)] : sign(gap), word(`page.n_${gap}`)));
  }
  if (group === "l_streets") return [...Object.entries(STREETS).map(([reach, colour]) => key(h("i", { class: `stroke ${reach}`, style: { background: colour } }), word(reach === "none" && state.about.summary.places_unknown_n > 0 ? "map.streets.none_known" : `page.street_${reach}`))), isMain() ? null : h("li", { class: "main-only" }, mainOnly())];
  if (group === "l_edits") return Object.keys(EDIT_SIGNS).filter((kind) => state.edits.some(({ properties }) => properties.kind === kind)).map((kind) => key(shown(editLine(kind), 24), word(`map.edit.${kind}`)));
  if (group === "l_places") {
    const cut = state.places.some(({ properties }) => cutOff(properties)) ? [key(shown(placeImage(FREQUENCIES.at(-1), { cut: true }), 22), word("map.place.cut"))] : [];
    const kinds = [...FREQUENCIES].reverse().concat("").map((frequency) => key(shown(placeImage(frequency), 22), often(frequency))).concat(cut);
    return isExact() ? kinds : [...kinds, key(shown(placeImage(FREQUENCIES[0], { blurred: true }), 22), word("page.privateHome"))];
  }
  if (group === "l_background") return GROUND_KEYS.filter((kinds) => kinds.some((kind) => state.about.background.kinds.includes(kind))).map(([kind]) => key(shown(groundKey(kind), 20), word(`map.ground.${kind}`)));
  const marks = NEXT_STATUSES.proposed.map((status) => key(shown(candidateImage("upgrade", 0, status), 24), word(`decision.status.${status}`)));
  return [key(shown(candidateImage("upgrade"), 24), word("page.candUpgrade")), key(shown(candidateImage("open"), 24), word("page.candOpen")), ...marks];
}

function mainOnly() {
  const { parameters } = state.about;
  return word("page.mainOnly", { limit: limit(parameters), walking: label(parameters.profile) });
}

function patch(gap) {
  const box = document.createElement("canvas");
  box.width = box.height = 40;
  const pen = box.getContext("2d");
  pen.fillStyle = pen.createPattern(patternImage(gap), "repeat");
  pen.fillRect(0, 0, 40, 40);
  box.className = "patch";
  return shown(box, 20);
}

export function drawLegend(onToggle) {
  const absent = { l_edits: !state.edits.length, l_background: !state.about.background };
  const groups = Object.keys(GROUPS).filter((group) => !absent[group]).map((group) => {
    const box = h("input", { type: "checkbox", checked: !hiddenGroups.has(group), onchange: (event) => {
      if (event.target.checked) hiddenGroups.delete(group); else hiddenGroups.add(group);
      onToggle(group, event.target.checked);
    } });
    return h("section", {}, h("label", { class: "switch" }, box, h("b", {}, word(`page.group.${group}`))), h("ul", { class: `keys ${group}` }, keysOf(group)));
  });
  const note = state.about.layers.some((layer) => layer.approximate) ? h("p", { class: "quiet" }, word("page.estimateNote")) : null;
  const numbers = h("p", { class: "quiet" }, said(state.about.privacy, "note"));
  fill($("legend"), h("summary", {}, word("map.legend")), h("div", { class: "legend-body" }, groups, note, numbers));
}

// How people who walk differently fare, within minutes: the same metres are the same for all.
function walkersTable(walkers, whole) {
  const inMinutes = (rows) => rows.filter((row) => !Number.isFinite(row.walk_limit_m));
  const limits = inMinutes(walkers[0].sensitivity);
  if (!limits.length) return [];
  const head = h("tr", {}, h("td", {}), limits.map((row) => h("th", { scope: "col" }, limit(row))));
  const rows = walkers.map((walker) => h("tr", {}, h("th", { scope: "row" }, label(walker)), inMinutes(walker.sensitivity).map((row) => h("td", {}, percent(row.coverage_pct, whole)))));
  return [h("h3", {}, word("page.walkers")), h("table", {}, h("thead", {}, head), h("tbody", {}, rows))];
}

export function drawAbout() {
  const { about } = state;
  const { parameters, summary, sources, privacy } = about;
  const { profile } = parameters;
  const origins = (lang !== "ja" && parameters.origins_en) || parameters.origins || {};
  const { residents: whole } = summary;
  const line = (text, origin) => h("span", {}, text, origin ? h("small", { class: "origin" }, origin) : null);
  const layer = layerOf(summary.gap_layer);
  fill($("about"),
    h("summary", {}, `${word("report.assumptions")} ⓘ`),
    h("h3", {}, word("plan.page.assumptions")),
    facts([
      [word("page.choose.limit"), line(limit(parameters), origins.walk_limit_m)],
      [word("report.walkers.short"), line(label(profile), said(profile, "origin"))],
      [capital(word("whatif.frequency")), origins.frequency],
      [word("page.transportRule"), origins.needs_transport],
      [word("page.cost"), origins.subsidies],
      [word("estimate"), layer.approximate ? label(layer) : null],
      [word("table.people"), said(privacy, "note")],
    ]),
    about.assumptions.length ? h("ul", { class: "assumed" }, about.assumptions.map((one) => h("li", {}, one[lang]))) : null,
    h("p", {}, h("a", { href: `/walking-profiles?lang=${lang}`, target: "_blank", rel: "noopener" }, word("page.walkingCards"))),
    h("p", { class: "quiet" }, word("page.circle", { limit: limit(parameters), share: percent(summary.circle_coverage_pct, whole) })),
    h("h3", {}, word("page.sensitivity")),
    h("table", {}, h("tbody", {}, summary.sensitivity.map((row) => h("tr", {}, h("th", { scope: "row" }, limit(row)), h("td", {}, people(row.reached)), h("td", {}, percent(row.coverage_pct, whole)), h("td", { class: "quiet" }, `${word("page.byCircle")} ${percent(row.circle_coverage_pct, whole)}`))))),
    walkersTable(summary.walkers, whole),
    h("h3", {}, word("map.sources")),
    h("ul", { class: "sources" }, sources.map((source) => h("li", {}, h("b", {}, source.title), ` ${joined([source.credit, source.as_of, `${word("page.licence")} ${source.licence}`])}`, source.note ? h("small", { class: "origin" }, source.note) : null))),
    facts([
      [word("page.made"), about.made_at ? date(dayInJapan(about.made_at)) : ""],
      [word("page.software"), about.made_by],
      [word("page.hash"), h("code", {}, about.parameters_sha256.slice(0, 16))],
    ]));
  fill($("credits"), joined([listed([...new Set(sources.map((source) => source.credit))]), said(privacy, "note")]));
}
