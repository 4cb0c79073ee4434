// Scenarios: the list, their changes on the map, their files, and several beside today.

import { fill, h } from "./dom.js";
import { drawComparison } from "./compare.js";
import { get, latest, state } from "./store.js";
import { editImage, shown } from "./signs.js";
import { day, joined, named, word } from "./words.js";

const MOST = 8;

let scenarios = [];
const wanted = new Set();
let seen = null; // the scenario whose changes are on the map: its name and features
let answer = null;
let busy = false;
let failed = "";

export const readScenarios = () => latest("scenarios", () => get("/scenarios"), (found) => {
  ({ scenarios } = found);
  const names = scenarios.map(({ name }) => name);
  for (const name of wanted) if (!names.includes(name)) wanted.delete(name);
  if (seen && !names.includes(seen.name)) seen = null;
});

// The changes that the map shows beside its own signs.
export const editsShown = () => (state.view === "scenarios" && seen ? seen.features.filter(({ geometry }) => geometry) : []);

const staleText = (codes) => word("page.staleSince", { what: joined(codes.map((code) => word(`scenario.stale.${code}`))) });

async function look(name, page) {
  const path = `/scenarios/${encodeURIComponent(name)}/items`;
  if (!(await latest("items", () => get(path), ({ features }) => { seen = { name, features }; }))) return;
  page.mapAgain();
  page.redraw("edits-head");
  page.showAll(editsShown());
}

async function compare(page) {
  [busy, failed] = [true, ""];
  page.redraw("compare");
  try {
    const path = `/scenarios/compare?names=${encodeURIComponent([...wanted].join(","))}`;
    await latest("comparison", () => get(path), (found) => { answer = found; });
  } catch (error) {
    failed = error.message;
  }
  busy = false;
  page.redraw(answer && !failed ? "compared" : "compare");
}

function row(scenario, page) {
  const { name, note, by, made_on: made, edits = [], stale } = scenario;
  const detail = joined([word("page.editsN", { n: edits.length }), made ? word("page.madeOn", { date: day(made) }) : "", by]);
  const tick = h("input", { type: "checkbox", checked: wanted.has(name), disabled: !wanted.has(name) && wanted.size >= MOST, onchange: (event) => {
    if (event.target.checked) wanted.add(name); else wanted.delete(name);
    page.redraw(`pick-${name}`);
  }, id: `pick-${name}` });
  return h("li", { class: "scenario" },
    h("label", { class: "choice" }, tick, h("span", { class: "what" }, h("b", {}, name), note ? h("small", {}, note) : null, h("small", {}, detail), stale.length ? h("small", { class: "changed" }, `※ ${staleText(stale)}`) : null)),
    h("div", { class: "tools" },
      h("button", { type: "button", class: "tool", "aria-pressed": String(seen?.name === name), "aria-label": word("page.onMapOf", { name }), onclick: () => page.attempt(() => look(name, page)) }, word("page.onMap")),
      h("a", { class: "tool", href: `/scenarios/${encodeURIComponent(name)}/file`, download: `${name}.toml`, "aria-label": word("page.downloadOf", { name }) }, word("page.download"))));
}

function editRow({ properties, geometry }, page) {
  const { number, action, name, schedule_text: schedule, note } = properties;
  const detail = joined([schedule, note, geometry ? "" : word("page.nowhere")]);
  return h("li", {}, h("button", { type: "button", class: "row", disabled: !geometry, onclick: () => page.show(geometry) },
    shown(editImage(action, number), 44), h("span", { class: "what" }, h("b", {}, name ? named(word(`page.e_${action}`), name) : word(`page.e_${action}`)), detail ? h("small", {}, detail) : null)));
}

function edits(page) {
  if (!seen) return null;
  const rows = seen.features.filter(({ properties }) => properties.part !== "from");
  return [h("h2", { id: "edits-head", tabindex: -1 }, word("page.editsOf", { name: seen.name })), rows.length ? h("ol", { class: "rows" }, rows.map((feature) => editRow(feature, page))) : h("p", { class: "quiet" }, word("page.none"))];
}

export function drawScenarios(box, page) {
  const head = h("h2", {}, word("page.scenariosHead"));
  if (!scenarios.length) return fill(box, head, h("p", {}, word("page.noScenarios")));
  return fill(box, head, h("p", { class: "quiet" }, word("page.pickTwo")),
    h("ul", { class: "scenarios" }, scenarios.map((scenario) => row(scenario, page))),
    h("p", { class: "alert", role: "alert" }, failed),
    h("button", { type: "button", class: "primary", id: "compare", disabled: busy || !wanted.size, onclick: () => compare(page) }, word(busy ? "page.comparing" : "page.compare")),
    answer ? drawComparison(answer) : null, edits(page));
}
