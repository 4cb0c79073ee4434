// Which candidates the map and the cards show now: of the run, of a plan, or those decided on.

import { state } from "./store.js";
import { TARGET } from "./vocabulary.js";

const spot = (lon, lat) => `${Number(lon).toFixed(5)},${Number(lat).toFixed(5)}`;

// What a decision on a candidate is about, as the server wants it.
export function subject({ properties, geometry }) {
  const { action, source, place_id, venue_id, target_class, frequency, plan_id, venue_name } = properties;
  const head = { action, frequency: target_class || frequency || TARGET, plan_id: properties.choice ? plan_id : "" };
  if (action === "upgrade") return { ...head, place_id };
  if (source !== "point") return { ...head, venue_id };
  const [lon, lat] = geometry.coordinates;
  return { ...head, lon, lat, name: venue_name };
}

const keyOf = ({ action, frequency, place_id, venue_id, lon, lat }) => `${action}:${place_id || venue_id || spot(lon, lat)}:${frequency}`;

export function decisionOn(candidate) {
  const key = candidate.properties.candidate_key ?? keyOf(subject(candidate));
  return state.decisions.find((decision) => decision.candidate_key === key);
}

export const statusOf = (candidate) => decisionOn(candidate)?.status ?? candidate.properties.status ?? "proposed";

function located(decision) {
  if (Number.isFinite(decision.lon) && Number.isFinite(decision.lat)) return { type: "Point", coordinates: [decision.lon, decision.lat] };
  const key = decision.action === "upgrade" ? "place_id" : "venue_id";
  const there = [...state.candidates, ...(state.plan?.features ?? []), ...state.places];
  return there.find(({ properties }) => properties[key] && properties[key] === decision[key])?.geometry ?? null;
}

// What was decided on, as features: the decision's own words where it is.
export const decided = () => state.decisions.map((decision) => ({
  type: "Feature", geometry: located(decision),
  properties: { ...decision, candidate_id: decision.candidate_key, venue_name: decision.name, target_class: decision.frequency, rank: 0, decided: true },
}));

export function candidatesShown() {
  if (state.view === "now") return state.candidates;
  if (state.view === "next") return state.plan?.features ?? [];
  return state.view === "decisions" ? decided() : [];
}

export function candidateBy(id) {
  const all = [...candidatesShown(), ...state.candidates];
  return all.find(({ properties }) => properties.candidate_id === id);
}
