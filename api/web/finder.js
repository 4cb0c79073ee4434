// Finding an area, a place or a candidate by a part of its name.

import { $, fill, h } from "./dom.js";
import { state } from "./store.js";
import { layerOf } from "./panel.js";
import { label, word } from "./words.js";

const MOST = 8;
const plain = (text) => text.normalize("NFKC").toLowerCase().replace(/\s+/g, "");

function everything() {
  const { gap_layer: gapLayer, council_layer: councils } = state.about.summary;
  return [
    ...[...state.shapes.get(councils).values()].map(({ properties }) => ["council", properties.area_id, properties.area_name, label(layerOf(councils))]),
    ...state.units.map((unit) => ["unit", unit.area_id, unit.area_name, label(layerOf(gapLayer))]),
    ...state.places.map(({ properties }) => ["place", properties.place_id, properties.name, word("page.group.l_places")]),
    ...state.candidates.map(({ properties }) => ["candidate", properties.candidate_id, properties.venue_name, word("page.group.l_candidates")]),
  ];
}

export function createFinder(onPick) {
  const [input, list] = [$("find"), $("found")];
  const close = () => { list.hidden = true; input.setAttribute("aria-expanded", "false"); };
  const pick = (kind, id) => { close(); onPick(kind, id); };
  input.addEventListener("input", () => {
    const wanted = plain(input.value);
    if (!wanted) return close();
    const found = everything().filter(([, , name]) => plain(name).includes(wanted)).slice(0, MOST);
    const rows = found.map(([kind, id, name, what]) => h("li", {}, h("button", { type: "button", onclick: () => pick(kind, id) }, name, h("small", {}, what))));
    fill(list, rows.length ? rows : h("li", { class: "quiet" }, word("page.nothingFound")));
    list.hidden = false;
    return input.setAttribute("aria-expanded", "true");
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    if (event.key === "Enter") list.querySelector("button")?.click();
    if (event.key === "ArrowDown") list.querySelector("button")?.focus();
  });
  list.addEventListener("keydown", (event) => {
    const rows = [...list.querySelectorAll("button")];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) { event.preventDefault(); (rows[rows.indexOf(document.activeElement) + step] ?? input).focus(); }
    if (event.key === "Escape") { close(); input.focus(); }
  });
  document.addEventListener("click", (event) => { if (!event.target.closest(".finder")) close(); });
}
