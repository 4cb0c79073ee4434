// What is asked of the server, and what is shown now.

import { TARGET } from "./vocabulary.js";
import { lang, tellFew, tellUnsure, word } from "./words.js";

export const state = {
  about: null, // parameters, sources, choices
  session: null, // who is signed in, and what he may do
  asked: { area: "", layer: "", frequency: TARGET, age_group: "", limit: "", profile: "" },
  answered: null, // the same, of what is shown
  shapes: new Map(), // layer → area_id → GeoJSON feature
  coverage: new Map(), // area_id → figures of the chosen layer
  units: [], // gap units with the figures that are asked for, most people not reached first
  places: [],
  edits: [], // what planners drew over the streets
  proposals: [], // what others would draw, the newest first
  candidates: [],
  summary: null,
  week: null, // weekdays and halves of the day
  view: "now", // now, next, scenarios, decisions, streets
  planId: "", // the plan that is open, none if empty
  plan: null, // its figures, the features of its choices, their catchments
  decisions: [], // the latest decision on each candidate, the newest first
};

// A limit in metres, in minutes or in both, as one word for addresses and lists: 500m, 10min, 500m+10min.
export const limitKey = ({ walk_limit_m: m, walk_limit_min: min }) =>
  [Number.isFinite(m) ? `${m}m` : null, Number.isFinite(min) ? `${min}min` : null].filter(Boolean).join("+");

export const askedLimit = () => state.about.choices.limit.find((limit) => limitKey(limit) === state.asked.limit);

export const walkingOf = (id) => state.about.parameters.profiles.find((walking) => walking.id === id) ?? { label: id, label_en: id };

// Streets, signs and candidates are those of the run's own limit and walking profile.
export const may = (right) => state.session.rights.includes(right);
export const isExact = () => state.about.view === "exact";
export const isMainWalking = () => state.asked.profile === state.about.parameters.profile.id;
export const isMain = () => isMainWalking() && state.asked.limit === limitKey(state.about.parameters);

// Of two questions of one kind the later one counts, whichever is answered first. Says whether this one did.
const newest = new Map();

export async function latest(kind, ask, take) {
  const mine = Symbol(kind);
  newest.set(kind, mine);
  try {
    const answer = await ask();
    if (newest.get(kind) !== mine) return false;
    take(answer);
    return true;
  } catch (error) {
    if (newest.get(kind) !== mine) return false;
    throw error;
  }
}

// What goes wrong is said in the language of the page, also where it was not the server that said it.
async function answered(path, options) {
  const answer = await fetch(path, options).catch(() => { throw new Error(word("page.unreachable")); });
  const body = answer.status === 204 ? {} : await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error((lang === "ja" ? body.detail_ja : body.detail) || word("page.noAnswer", { status: answer.status }));
  return body;
}

export const get = (path) => answered(path);

export function send(method, path, body) {
  const headers = { "content-type": "application/json", "x-csrf-token": state.session.csrf };
  return answered(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
}

async function features(collection, filters) {
  const found = [];
  let address = `/collections/${collection}/items?${new URLSearchParams({ ...filters, limit: 10000 })}`;
  while (address) {
    const page = await get(address);
    found.push(...page.features);
    const next = page.links.find((link) => link.rel === "next");
    address = next ? new URL(next.href).pathname + new URL(next.href).search : null;
  }
  return found;
}

const only = (object, names) => Object.fromEntries(names.map((name) => [name, object[name]]));

// The figures of one layer for what is asked: area_id → properties.
async function figures(layer) {
  const { walk_limit_m: m, walk_limit_min: min } = askedLimit();
  // Empty stands for a limit that has none: within 500 m, however many minutes.
  const limit = { walk_limit_m: m ?? "", walk_limit_min: min ?? "" };
  const filters = { layer, ...only(state.asked, ["frequency", "age_group", "profile"]), ...limit, skipGeometry: true };
  const rows = await features("coverage", filters);
  return new Map(rows.map((row) => [row.properties.area_id, row.properties]));
}

const asking = new Map();

// The shapes of a layer; asked for once, however many want them, and again after a failure.
function shapesOf(layer) {
  if (!asking.has(layer)) {
    const shapes = features("areas", { layer }).then((rows) => {
      state.shapes.set(layer, new Map(rows.map((row) => [row.properties.area_id, row])));
    });
    shapes.catch(() => asking.delete(layer));
    asking.set(layer, shapes);
  }
  return asking.get(layer);
}

export const VIEWS = ["now", "next", "scenarios", "decisions", "streets"];

function readHash() {
  const given = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  const { choices, layers, parameters, summary } = state.about;
  state.view = VIEWS.includes(given.view) ? given.view : "now";
  state.planId = given.plan ?? "";
  const pick = (name, fallback, values) => (values.map(String).includes(given[name]) ? given[name] : fallback);
  state.asked = {
    area: given.area ?? "",
    layer: pick("layer", summary.gap_layer, layers.map((layer) => layer.id)),
    frequency: pick("frequency", TARGET, choices.frequency),
    age_group: pick("age_group", parameters.age_group, choices.age_group),
    limit: pick("limit", limitKey(parameters), choices.limit.map(limitKey)),
    profile: pick("profile", parameters.profile.id, choices.profile),
  };
}

export function writeHash() {
  const screen = { ...(state.view === "now" ? {} : { view: state.view }), ...(state.planId ? { plan: state.planId } : {}) };
  history.replaceState(null, "", `#${new URLSearchParams({ ...state.asked, ...screen })}`);
}

export async function start() {
  const fixed = Promise.all([features("gaps", { skipGeometry: true }), features("places", {}), features("candidates", {}), features("edits", {}), readDecisions()]);
  [state.about, state.session] = await Promise.all([get("/about"), get("/session")]);
  tellFew(isExact() ? 0 : state.about.privacy.small_number);
  tellUnsure(state.about.summary.places_unknown_n > 0);
  readHash();
  const { council_layer: councils } = state.about.summary;
  const known = state.asked.area ? shapesOf(councils).then(() => state.shapes.get(councils).has(state.asked.area)) : true;
  if (!(await known)) state.asked.area = "";
  const [[gaps, places, candidates, edits], now] = await Promise.all([fixed, read(), shapesOf(councils)]);
  state.gaps = gaps.map((row) => row.properties);
  state.places = places;
  state.edits = edits;
  state.candidates = candidates.sort((a, b) => a.properties.rank - b.properties.rank);
  take(now);
}

export const readDecisions = () => latest("decisions", () => get("/decisions"), ({ decisions }) => { state.decisions = decisions; });

export const readProposals = () => latest("proposals", () => get("/edit-proposals"), ({ features: found }) => { state.proposals = found; });

// Reads again what depends on the choices; says whether they are still those that were asked for.
export const refresh = () => latest("figures", read, take);

async function read() {
  const { gap_layer: gapLayer, council_layer: councils } = state.about.summary;
  const { layer, area } = state.asked;
  const limit = Object.fromEntries(Object.entries(askedLimit()).filter(([, value]) => value !== null));
  const query = { ...only(state.asked, ["age_group"]), ...limit, ...(area ? { layer: councils, area } : {}) };
  const { frequency, profile } = state.asked;
  const slotsOf = frequency === "monthly" ? "monthly" : "weekly";
  const [summary, week, coverage, units] = await Promise.all([
    get(`/summary?${new URLSearchParams({ ...query, frequency, profile })}`),
    get(`/slots?${new URLSearchParams({ ...query, frequency: slotsOf })}`),
    figures(layer),
    layer === gapLayer ? null : figures(gapLayer),
    shapesOf(layer),
    shapesOf(gapLayer),
  ]);
  return { summary, week, coverage, units: units ?? coverage };
}

function take({ summary, week, coverage, units }) {
  state.answered = { ...state.asked };
  state.summary = summary;
  state.week = week;
  state.coverage = coverage;
  state.units = unitsWith(units);
}

function unitsWith(figuresOf) {
  const units = state.gaps.map((gap) => {
    const now = figuresOf.get(gap.area_id) ?? {};
    const known = Number.isFinite(now.residents) && Number.isFinite(now.reached);
    const unreached = known ? now.residents - now.reached : null;
    return { ...gap, residents: now.residents ?? null, reached: now.reached ?? null, reached_with_unknown: now.reached_with_unknown ?? null, reached_own_area: now.reached_own_area ?? null, unreached, coverage_pct: now.coverage_pct ?? null };
  });
  // Units without streets come last: of their people nobody knows.
  const untold = (unit) => unit.gap === "no_streets";
  return units.sort((a, b) => untold(a) - untold(b) || (b.unreached ?? -1) - (a.unreached ?? -1));
}

// Where nobody lives there is nothing to be reached.
export const livedIn = (unit) => unit.residents > 0;

export const inArea = (properties) => !state.asked.area || properties.council_id === state.asked.area;

export const shape = (layer, areaId) => state.shapes.get(layer)?.get(areaId);

export function bounds(geometry, box = [Infinity, Infinity, -Infinity, -Infinity]) {
  const walkThrough = (part) => {
    if (typeof part[0] === "number") {
      box[0] = Math.min(box[0], part[0]); box[1] = Math.min(box[1], part[1]);
      box[2] = Math.max(box[2], part[0]); box[3] = Math.max(box[3], part[1]);
    } else part.forEach(walkThrough);
  };
  walkThrough(geometry.coordinates);
  return box;
}

// The centroid of the largest outer ring: where a sign or a name stands.
export function middle(geometry) {
  const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
  let best = { area: -1, point: null };
  for (const [ring] of polygons) {
    let [area, x, y] = [0, 0, 0];
    const [x0, y0] = ring[0];
    for (let i = 0; i + 1 < ring.length; i += 1) {
      const [ax, ay, bx, by] = [ring[i][0] - x0, ring[i][1] - y0, ring[i + 1][0] - x0, ring[i + 1][1] - y0];
      const cross = ax * by - bx * ay;
      area += cross; x += (ax + bx) * cross; y += (ay + by) * cross;
    }
    if (Math.abs(area) > best.area) best = { area: Math.abs(area), point: area ? [x0 + x / (3 * area), y0 + y / (3 * area)] : ring[0] };
  }
  return best.point;
}
