// Three lists: what is needed, what is there, what could be made. Every row opens its card.

import { $, fill, h } from "./dom.js";
import { badge, toDo } from "./decisions.js";
import { statusOf } from "./shown.js";
import { candidateImage, cutOff, placeImage, shown, stopped } from "./signs.js";
import { inArea, livedIn, state } from "./store.js";
import { layerOf, sign } from "./panel.js";
import { added, approximately, capital, joined, label, oftenOf, people, said, way, word } from "./words.js";

const STEP = 50;
const TABS = ["needs", "have", "make"];
let open = "needs";

export const placeSign = (place, size) => shown(placeImage(place.frequency, { blurred: place.blurred, stopped: stopped(place), cut: cutOff(place) }), size);

function needRow(unit, onPick) {
  const figure = people(unit.unreached);
  const why = [`${capital(word("nearest"))} `, h("span", { class: "whole-words" }, way(unit))];
  return h("button", { type: "button", class: "row", "data-id": unit.area_id, onclick: () => onPick("unit", unit.area_id) },
    h("span", { class: "count first-count" }, figure), h("span", { class: "what" }, h("b", {}, approximately(unit, unit.area_name)), h("small", {}, why)), sign(unit.gap));
}

function placeRow({ properties }, onPick) {
  const cut = cutOff(properties) ? word("place.cut", { why: said(properties, "unsnapped_why") }) : "";
  const detail = joined([cut, oftenOf(properties), properties.schedule_text]);
  return h("button", { type: "button", class: "row", "data-id": properties.place_id, onclick: () => onPick("place", properties.place_id) },
    placeSign(properties, 26), h("span", { class: "what" }, h("b", {}, properties.name), h("small", {}, detail)), h("span", { class: "count quiet" }, properties.kind));
}

function candidateRow(candidate, onPick) {
  const { properties } = candidate;
  const status = statusOf(candidate);
  const gain = properties.days_unknown ? people(properties.newly_reached) : added(properties.newly_reached);
  const detail = joined([word(`action.${toDo(properties)}`), properties.kind]);
  return h("button", { type: "button", class: "row", "data-id": properties.candidate_id, onclick: () => onPick("candidate", properties.candidate_id) },
    shown(candidateImage(properties.action, properties.rank, status), 34), h("span", { class: "what" }, h("b", {}, properties.venue_name), h("small", {}, detail, " ", badge(status))), h("span", { class: "count" }, gain));
}

function rowsOf(tab) {
  if (tab === "needs") return [state.units.filter((unit) => livedIn(unit) && inArea(unit)), needRow];
  if (tab === "have") return [state.places.filter((place) => inArea(place.properties)), placeRow];
  return [state.candidates.filter((candidate) => inArea(candidate.properties)), candidateRow];
}

function body(tab, onPick) {
  const [rows, draw] = rowsOf(tab);
  const unit = label(layerOf(state.about.summary.gap_layer));
  const list = h("ol", { class: "rows" });
  const more = h("button", { type: "button", class: "more" });
  const grow = () => {
    const from = list.children.length;
    list.append(...rows.slice(from, from + STEP).map((row) => h("li", {}, draw(row, onPick))));
    more.textContent = word("page.more", { n: rows.length - list.children.length });
    more.hidden = list.children.length >= rows.length;
  };
  more.addEventListener("click", grow);
  grow();
  return [h("h2", {}, word(`page.tab.${tab}.head`, { unit })), rows.length ? list : h("p", { class: "quiet" }, word("page.none")), more];
}

export function drawLists(onPick) {
  const choose = (tab, focus) => {
    open = tab;
    drawLists(onPick);
    if (focus) $(`tab-${tab}`).focus();
  };
  const keys = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) choose(TABS[(TABS.indexOf(open) + step + TABS.length) % TABS.length], true);
  };
  fill($("lists"),
    h("div", { class: "tabs", role: "tablist", "aria-label": word("page.tabs"), onkeydown: keys }, TABS.map((tab) => h("button", {
      type: "button", role: "tab", id: `tab-${tab}`, "aria-selected": String(tab === open), "aria-controls": "tab-body", tabindex: tab === open ? "0" : "-1", onclick: () => choose(tab, true),
    }, word(`page.tab.${tab}`)))),
    h("div", { role: "tabpanel", id: "tab-body", "aria-labelledby": `tab-${open}` }, body(open, onPick)));
}
