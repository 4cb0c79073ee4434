// The streets as people know them: what planners drew, whom it cuts off, and what others propose.

import { fill, h } from "./dom.js";
import { may, readProposals, send, state } from "./store.js";
import { cutOff, editLine, shown } from "./signs.js";
import { EDIT_SIGNS } from "./vocabulary.js";
import { brackets, day, joined, lang, named, said, word } from "./words.js";

export { readProposals };

// Lines that wait are on the map while they are listed.
export const proposalsShown = () => (state.view === "streets" ? state.proposals.filter(({ properties }) => properties.status === "open") : []);

let problem = "";

function editRow({ properties, geometry }, page) {
  const { kind, name, valid_from: from, valid_to: to } = properties;
  return h("li", {}, h("button", { type: "button", class: "row", onclick: () => page.show(geometry) },
    shown(editLine(kind), 26), h("span", { class: "what" }, h("b", {}, name || word(`edits.kind.${kind}`)), h("small", {}, joined([word(`edits.kind.${kind}`), from || to ? word("edits.valid", { from: day(from), to: day(to) }) : ""])))));
}

const cutRow = ({ properties }, page) => h("li", {}, h("button", { type: "button", class: "row", "data-id": properties.place_id, onclick: () => page.pick("place", properties.place_id) },
  h("span", { class: "what" }, h("b", {}, properties.name), h("small", {}, word("place.cut", { why: said(properties, "unsnapped_why") })))));

const BADGES = { open: "discussed", accepted: "adopted", rejected: "rejected" };
const badge = (status) => h("span", { class: `status ${BADGES[status]}` }, word(`proposal.status.${status}`));

function verdict({ properties }, page) {
  const { proposal_id: id } = properties;
  const field = (name, control) => h("label", { class: "line", for: `${name}-${id}` }, h("span", {}, word(`streets.${name}`)), control);
  const by = h("input", { id: `by-${id}`, type: "text" });
  const reason = h("input", { id: `reason-${id}`, type: "text" });
  const decide = async (accept) => {
    try {
      await send("POST", `/edit-proposals/${id}/verdict`, { accept, by: by.value, reason: reason.value });
      problem = "";
    } catch ({ message }) {
      problem = message;
    }
    await readProposals();
    page.mapAgain();
    page.redraw("proposals-head");
  };
  return h("details", { class: "recorder" }, h("summary", {}, word("streets.decide")), h("div", { class: "decide" }, field("by", by), field("reason", reason),
    h("div", { class: "tools" }, ["accept", "reject"].map((what) => h("button", { type: "button", class: "tool", onclick: () => page.attempt(() => decide(what === "accept")) }, word(`streets.${what}`))))));
}

function effectOf({ properties, geometry }) {
  const told = h("div", { "aria-live": "polite" });
  const ask = async () => {
    fill(told, h("p", { class: "quiet" }, word("page.loading")));
    await send("POST", "/edit-proposals/effect", { kind: properties.kind, line: geometry.coordinates }).then(
      ({ sentences }) => fill(told, sentences[lang].map((text) => h("p", { class: "says" }, text))),
      ({ message }) => fill(told, h("p", { class: "alert" }, message)),
    );
  };
  return [h("div", { class: "tools" }, h("button", { type: "button", class: "tool", onclick: ask }, word("draw.effect"))), told];
}

function proposalRow(proposal, page) {
  const { proposal_id: id, kind, status, made_on: on, role, remark, reason, decided_on: until, decided_by: by } = proposal.properties;
  const open = status === "open";
  return h("li", { class: "scenario" }, h("button", { type: "button", class: "row", onclick: () => page.show(proposal.geometry) },
    shown(editLine(kind), 26), h("span", { class: "what" }, h("b", {}, named(String(id), word(`proposal.kind.${kind}`))), h("small", {}, joined([day(on), role ? word(`proposal.role.${role}`) : "", remark]))), badge(status)),
    until ? h("small", {}, joined([day(until), by, reason])) : null,
    open ? effectOf(proposal) : null, open && may("judge") ? verdict(proposal, page) : null);
}

const list = (rows, draw, page) => (rows.length ? h("ol", { class: "rows" }, rows.map((row) => draw(row, page))) : h("p", { class: "quiet" }, word("page.none")));

export function drawStreets(box, page) {
  const editing = may("judge");
  const { summary } = state.about;
  const kinds = Object.keys(EDIT_SIGNS);
  const edits = [...state.edits].sort((a, b) => kinds.indexOf(a.properties.kind) - kinds.indexOf(b.properties.kind));
  const cut = state.places.filter(({ properties }) => cutOff(properties));
  const file = (format) => h("a", { class: "tool", href: `/edit-proposals/file?format=${format}&lang=${lang}`, download: `proposals.${format}` }, word(`streets.file.${format}`));
  fill(box,
    h("h2", { id: "view-head", tabindex: -1 }, word("streets.edits"), brackets(String(edits.length))), list(edits, editRow, page),
    summary.places_cut_off_n ? [h("h2", {}, word("map.place.cut"), brackets(String(cut.length))), list(cut, cutRow, page)] : null,
    h("h2", { id: "proposals-head", tabindex: -1 }, word("streets.proposals"), brackets(String(state.proposals.length))),
    h("p", { class: "quiet" }, word(editing ? "streets.how" : "draw.closed")),
    problem ? h("p", { class: "alert", role: "alert" }, problem) : null,
    list(state.proposals, proposalRow, page),
    editing && state.proposals.length ? h("div", { class: "tools" }, ["geojson", "osn"].map(file)) : null);
}
