// What the councils made of the candidates: the list, the box in a card, the form to record one.

import { fill, h } from "./dom.js";
import { get, may, readDecisions, send, shape, state } from "./store.js";
import { decided, decisionOn, statusOf, subject } from "./shown.js";
import { candidateImage, shown } from "./signs.js";
import { DECISION_SIGNS, FINAL_STATUSES, NEXT_STATUSES } from "./vocabulary.js";
import { brackets, day, dayInJapan, joined, lang, often, word } from "./words.js";


export function badge(status) {
  return h("span", { class: `status ${status}` }, h("span", { "aria-hidden": "true" }, DECISION_SIGNS[status] ?? DECISION_SIGNS.proposed), " ", word(`decision.status.${status}`));
}

const nameOf = (decision) => decision.name || word("page.noName");
const meeting = (name) => (name ? often(name) : word("page.placeThere"));
// Where nobody knows when a place meets, that is found out first.
export const toDo = ({ action, days_unknown: unknown }) => (unknown ? "confirm" : action);
export const doing = (candidate) => word(`page.a_${toDo(candidate)}`, { from: meeting(candidate.current_class), to: meeting(candidate.target_class) });
const record = ({ meeting_date: on, decided_by: by, reason }) => joined([day(on), by, reason]);

function councils() {
  return [...state.shapes.get(state.about.summary.council_layer).values()].map(({ properties }) => [properties.area_id, properties.area_name]);
}

function entries(history) {
  return h("ol", { class: "history" }, [...history].reverse().map((entry) => h("li", {}, badge(entry.status), " ", record(entry))));
}

// The part of a card that says what became of a candidate, with the form where writing is allowed.
export function decisionBox(candidate, onSaved) {
  const found = decisionOn(candidate);
  const history = found ? entries(found.history) : h("p", { class: "quiet" }, word("page.undecided"));
  const stale = found?.stale.length ? h("p", { class: "note" }, word("page.staleSince", { what: joined(found.stale.map((code) => word(`scenario.stale.${code}`))) })) : null;
  return h("section", { class: "decision" },
    h("h3", {}, word("page.decisionOf"), " ", badge(statusOf(candidate))), history, stale,
    may("decide") ? form(candidate, found, onSaved) : h("p", { class: "quiet" }, word("page.decisionsReadOnly")));
}

const field = (name, text, control) => h("label", { class: "line", for: `decide-${name}` }, h("span", {}, text), control);

function form(candidate, found, onSaved) {
  const before = found?.status ?? "";
  const { council_id: council } = candidate.properties;
  const choice = (status) => h("label", { class: "choice" }, h("input", { type: "radio", name: "status", value: status }), badge(status));
  const error = h("p", { class: "alert", role: "alert" });
  const save = h("button", { type: "submit", class: "primary" }, word("page.save"));
  const box = h("form", { class: "decide", novalidate: true },
    h("fieldset", {}, h("legend", {}, word("page.newStatus")), NEXT_STATUSES[before].map(choice)),
    field("meeting_date", word("page.meetingDate"), h("input", { id: "decide-meeting_date", name: "meeting_date", type: "date", max: dayInJapan(new Date().toISOString()) })),
    field("reason", word("page.reason"), h("textarea", { id: "decide-reason", name: "reason", rows: 2 })),
    field("council_id", word("page.byCouncil"), h("select", { id: "decide-council_id", name: "council_id" }, councils().map(([value, text]) => h("option", { value, selected: value === (found?.council_id || council) }, text)))),
    field("decided_by", word("page.decidedBy"), h("input", { id: "decide-decided_by", name: "decided_by", type: "text" })),
    error, save, h("p", { class: "quiet" }, word("page.keptForever")));
  box.addEventListener("submit", async (event) => {
    event.preventDefault();
    const given = Object.fromEntries(new FormData(box));
    error.textContent = lacking(given, before);
    if (error.textContent) return;
    save.disabled = true;
    try {
      await send("POST", "/decisions", { ...(found ? again(found) : subject(candidate)), ...given });
      await readDecisions();
      shares.clear();
      onSaved();
    } catch (problem) {
      error.textContent = problem.message;
      save.disabled = false;
    }
  });
  return h("details", { class: "recorder" }, h("summary", {}, word("page.record")), box);
}

// A further decision is on exactly what the earlier one was on.
function again({ action, frequency, place_id, venue_id, lon, lat, name, plan_id }) {
  const at = venue_id || place_id ? { venue_id, place_id } : { lon, lat };
  return { action, frequency, name, plan_id, ...at };
}

function lacking({ status, meeting_date: on, reason }, before) {
  if (!status) return word("page.needsStatus");
  if (FINAL_STATUSES.includes(status) && !on) return word("page.needsDate");
  if ((status === "rejected" || FINAL_STATUSES.includes(before)) && !reason.trim()) return word("page.needsReason");
  return "";
}

function row(feature, onPick) {
  const { properties } = feature;
  const detail = joined([doing(properties), day(properties.meeting_date), properties.reason]);
  return h("li", {}, h("button", { type: "button", class: "row", "data-id": properties.candidate_key, onclick: () => onPick("candidate", properties.candidate_id) },
    shown(candidateImage(properties.action, 0, properties.status), 34),
    h("span", { class: "what" }, h("b", {}, nameOf(properties)), h("small", {}, detail)), badge(properties.status)));
}

// How much of the municipality's targets falls to an area; asked for once, for it takes a while.
const shares = new Map();

function share(area) {
  const box = h("div", { "aria-live": "polite" }, h("p", { class: "quiet" }, word("page.loading")));
  if (!shares.has(area)) shares.set(area, get(`/shares?area=${encodeURIComponent(area)}`));
  shares.get(area).then(
    ({ sentences }) => fill(box, sentences[lang].map((text) => h("p", { class: "says" }, text))),
    (error) => { shares.delete(area); fill(box, h("p", { class: "alert" }, error.message)); },
  );
  return [h("h2", {}, word("share.title")), box];
}

export function drawDecisions(box, page) {
  const { area } = state.asked;
  const rows = decided().filter(({ properties }) => !area || properties.council_id === area);
  const none = word(may("decide") ? "page.noDecisions" : "page.noDecisionsReadOnly");
  const name = area ? shape(state.about.summary.council_layer, area).properties.area_name : "";
  fill(box, h("h2", {}, word("page.decisionsHead"), name ? brackets(name) : null),
    may("decide") ? null : h("p", { class: "quiet" }, word("page.decisionsReadOnly")),
    rows.length ? h("ol", { class: "rows" }, rows.map((feature) => row(feature, page.pick))) : h("p", {}, none),
    area && state.about.summary.targets.length ? share(area) : null);
}
