// Names of areas as elements over the map: no glyphs to load, and a browser's own Japanese type.

import { h } from "./dom.js";
import { goesBefore, groundNames } from "./ground.js";
import { CLOSER, FIRST } from "./layers.js";
import { editsShown } from "./scenarios.js";
import { candidatesShown } from "./shown.js";
import { middle, state } from "./store.js";
import { FREQUENCIES } from "./vocabulary.js";
import { approximately } from "./words.js";

const MOST = 70;
const LIFT = 24;
const LIFTS = [0, -LIFT, LIFT];
const BELOW = 20; // a sign of its own
const APART = 260; // between two names of one river

const SIZES = { council: 16, unit: 13, station: 14 };
const AREAS = ["council", "unit"];

const overlap = (a, b) => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];

// Where signs stand that a name should not cover.
function signsNow(map, whole) {
  const first = state.view === "now" && map.getZoom() < whole + CLOSER ? FIRST : Infinity;
  const box = ({ geometry }, size) => {
    const { x, y } = map.project(geometry.coordinates);
    return [x - size, y - size, x + size, y + size];
  };
  return [
    ...candidatesShown().filter(({ geometry, properties }) => geometry && properties.rank <= first).map((candidate) => box(candidate, candidate.properties.choice ? 20 : 11)),
    ...editsShown().filter(({ geometry }) => geometry.type === "Point").map((edit) => box(edit, 18)),
    ...(map.getLayer("ground-signs") ? map.queryRenderedFeatures({ layers: ["ground-signs"] }) : []).map((sign) => box(sign, 8)),
    ...(state.view === "now" ? state.places : []).filter(({ geometry, properties }) => geometry && properties.frequency !== FREQUENCIES[0]).slice(0, 200).map((place) => box(place, 7)),
  ];
}

export function createLabels(map, whole) {
  const made = new Map();
  let names = [];
  let withGround = true;
  let waiting = 0;

  // Tiles come one after the other.
  function soon() {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(place);
  }

  function update() {
    const { council_layer: councils } = state.about.summary;
    const { layer } = state.asked;
    const list = (from, kind) => [...state.shapes.get(from).values()].map(({ geometry, properties }) => ({
      key: `${kind}:${properties.area_id}`, kind, at: middle(geometry), text: approximately(properties, properties.area_name),
      weight: state.coverage.get(properties.area_id)?.residents ?? 0,
    }));
    const units = layer === councils ? [] : list(layer, "unit").sort((a, b) => b.weight - a.weight);
    const few = state.shapes.get(councils).size > 1 ? list(councils, "council") : [];
    names = [...few, ...units];
    for (const marker of made.values()) marker.remove();
    made.clear();
    place();
  }

  // The best known of the ground, then areas, then what is left of the ground.
  function all() {
    const ground = withGround ? groundNames(map) : [];
    const councils = names.filter(({ kind }) => kind === "council");
    return [...councils, ...ground.filter(goesBefore), ...names.slice(councils.length), ...ground.filter((name) => !goesBefore(name))];
  }

  function place() {
    const { clientWidth: width, clientHeight: height } = map.getContainer();
    const close = map.getZoom() >= 13.2;
    const taken = [];
    const said = [];
    const signs = signsNow(map, whole);
    const wanted = new Set();
    for (const name of all()) {
      if (wanted.size >= MOST) break;
      if (name.kind === "unit" && !close && map.getZoom() < 12.6 && width > 0 && names.length > 80) continue;
      if (name.kind === "council" && map.getZoom() >= 14.6) continue;
      const { x, y } = map.project(name.at);
      const size = SIZES[name.kind] ?? 12;
      const [w, t] = [(name.text.length * size) / 2 + 6, size / 2 + 5];
      if (x < w || y < t + LIFT || x > width - w || y > height - t - LIFT) continue;
      // What was said near by is not said again, be it by a river or by a file of areas.
      if (said.some(([text, sx, sy]) => text === name.text && Math.hypot(sx - x, sy - y) < APART)) continue;
      const at = (lift) => [x - w, y - t + lift, x + w, y + t + lift];
      const lifts = name.signed ? [BELOW] : LIFTS;
      const free = lifts.filter((lift) => !taken.some((other) => overlap(at(lift), other)));
      if (!free.length) continue;
      const clear = free.find((each) => !signs.some((sign) => overlap(at(each), sign)));
      // A name may cover one of many signs, never one of the few that a screen is about.
      if (clear === undefined && (state.view !== "now" || !AREAS.includes(name.kind))) continue;
      const lift = clear ?? free[0];
      taken.push(at(lift));
      said.push([name.text, x, y]);
      wanted.add(name.key);
      if (!made.has(name.key)) made.set(name.key, marker(name));
      made.get(name.key).setOffset([0, lift]);
    }
    for (const [key, each] of made) {
      if (wanted.has(key)) continue;
      each.remove();
      made.delete(key);
    }
  }

  function marker(name) {
    const element = h("div", { class: `name ${AREAS.includes(name.kind) ? name.kind : `of-ground ${name.kind}`}`, "aria-hidden": "true", style: name.ink ? { color: name.ink } : {} }, name.text);
    return new maplibregl.Marker({ element }).setLngLat(name.at).addTo(map);
  }

  map.on("moveend", place);
  map.on("resize", place);
  map.on("idle", place); // signs stand where there is room, which is known last
  map.on("sourcedata", ({ sourceId, tile }) => { if (sourceId === "ground" && tile) soon(); });
  return { update, showGround: (on) => { withGround = on; place(); } };
}
