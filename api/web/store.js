// What is asked of the server, and what is shown now.

export const GAPS = ["weekly_or_more", "monthly_only", "none", "needs_transport"];

export const state = {
  about: null, // parameters, sources, choices
  asked: { area: "", layer: "", frequency: "weekly", age_group: "", walk_limit_m: 0 },
  shapes: new Map(), // layer → area_id → GeoJSON feature
  coverage: new Map(), // area_id → figures of the chosen layer
  units: [], // gap units with the figures that are asked for, most people not reached first
  places: [],
  candidates: [],
  summary: null,
};

async function get(path) {
  const answer = await fetch(path);
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.detail_ja || body.detail || answer.statusText);
  return body;
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
  const filters = { layer, ...only(state.asked, ["frequency", "age_group", "walk_limit_m"]), skipGeometry: true };
  const rows = await features("coverage", filters);
  return new Map(rows.map((row) => [row.properties.area_id, row.properties]));
}

const asking = new Map();

// The shapes of a layer; asked for once, however many want them.
function shapesOf(layer) {
  if (!asking.has(layer)) {
    asking.set(layer, features("areas", { layer }).then((rows) => {
      state.shapes.set(layer, new Map(rows.map((row) => [row.properties.area_id, row])));
    }));
  }
  return asking.get(layer);
}

function readHash() {
  const given = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  const { choices, layers, parameters, summary } = state.about;
  const pick = (name, fallback, values) => (values.map(String).includes(given[name]) ? given[name] : fallback);
  state.asked = {
    area: given.area ?? "",
    layer: pick("layer", summary.gap_layer, layers.map((layer) => layer.id)),
    frequency: pick("frequency", "weekly", choices.frequency),
    age_group: pick("age_group", parameters.age_group, choices.age_group),
    walk_limit_m: Number(pick("walk_limit_m", parameters.walk_limit_m, choices.walk_limit_m)),
  };
}

export function writeHash() {
  history.replaceState(null, "", `#${new URLSearchParams(state.asked)}`);
}

export async function start() {
  const fixed = Promise.all([features("gaps", { skipGeometry: true }), features("places", {}), features("candidates", {})]);
  state.about = await get("/about");
  readHash();
  const { council_layer: councils } = state.about.summary;
  const known = state.asked.area ? shapesOf(councils).then(() => state.shapes.get(councils).has(state.asked.area)) : true;
  if (!(await known)) state.asked.area = "";
  const [[gaps, places, candidates], now] = await Promise.all([fixed, read(), shapesOf(councils)]);
  state.gaps = gaps.map((row) => row.properties);
  state.places = places;
  state.candidates = candidates.sort((a, b) => a.properties.rank - b.properties.rank);
  take(now);
}

// Reads again what depends on the choices.
export async function refresh() {
  take(await read());
}

async function read() {
  const { gap_layer: gapLayer, council_layer: councils } = state.about.summary;
  const { layer, area } = state.asked;
  const query = only(state.asked, ["frequency", "age_group", "walk_limit_m"]);
  const place = area ? { layer: councils, area } : {};
  const [summary, coverage, units] = await Promise.all([
    get(`/summary?${new URLSearchParams({ ...query, ...place })}`),
    figures(layer),
    layer === gapLayer ? null : figures(gapLayer),
    shapesOf(layer),
    shapesOf(gapLayer),
  ]);
  return { summary, coverage, units: units ?? coverage };
}

function take({ summary, coverage, units }) {
  state.summary = summary;
  state.coverage = coverage;
  state.units = unitsWith(units);
}

function unitsWith(figuresOf) {
  const units = state.gaps.map((gap) => {
    const now = figuresOf.get(gap.area_id) ?? {};
    const known = Number.isFinite(now.residents) && Number.isFinite(now.reached);
    const unreached = known ? now.residents - now.reached : null;
    return { ...gap, residents: now.residents ?? null, reached: now.reached ?? null, reached_own_area: now.reached_own_area ?? null, unreached, coverage_pct: now.coverage_pct ?? null, suppressed_now: now.suppressed };
  });
  return units.sort((a, b) => (b.unreached ?? -1) - (a.unreached ?? -1));
}

// Where nobody lives there is nothing to be reached.
export const livedIn = (unit) => unit.suppressed_now || unit.residents > 0;

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
