// The map itself: MapLibre on the town's own streets and ground; no glyphs, nothing from elsewhere.

import { $ } from "./dom.js";
import { drawing } from "./draw.js";
import { TILES, groundSource } from "./ground.js";
import { GROUPS, firstRanks, layers } from "./layers.js";
import { createLabels } from "./labels.js";
import { editsShown } from "./scenarios.js";
import { proposalsShown } from "./streets.js";
import { candidatesShown, statusOf } from "./shown.js";
import { addImages, candidateName, cutOff, editName, needImages, placeName, stopped } from "./signs.js";
import { bounds, livedIn, middle, shape, state } from "./store.js";
import { word } from "./words.js";

const STREETS = `${location.origin}/streets`;
const EMPTY = { type: "FeatureCollection", features: [] };
const collection = (features) => ({ type: "FeatureCollection", features });
const largestPx = () => ($("map").clientWidth < 600 ? 13 : 20);

export function peopleScale() {
  const most = Math.max(1, ...state.units.map((unit) => unit.unreached ?? 0));
  return (count) => largestPx() * Math.sqrt(count / most);
}

function townBox() {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const layer of [state.about.summary.council_layer, state.asked.layer]) {
    for (const feature of state.shapes.get(layer).values()) bounds(feature.geometry, box);
  }
  return Number.isFinite(box[0]) ? box : [139, 35, 140, 36];
}

const townRoom = () => ({ padding: $("map").clientWidth > 800 && $("legend").open ? { left: 20, right: 285, top: 20, bottom: 45 } : 16 });

// The figures are asked for while the library is still on its way.
async function library() {
  if (!window.maplibregl) await new Promise((resolve) => { $("maplibre").addEventListener("load", resolve, { once: true }); });
}

export async function createTown(onPick) {
  await library();
  const { background } = state.about;
  const map = new maplibregl.Map({
    container: "map",
    bounds: townBox(),
    fitBoundsOptions: townRoom(),
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    maxPitch: 0,
    maxZoom: 18,
    fadeDuration: 0,
    locale: { "Map.Title": word("report.map") },
    style: {
      version: 8,
      sources: {
        ...(background ? { ground: groundSource(background) } : {}),
        streets: { type: "geojson", data: STREETS, tolerance: 0.5, buffer: 32, maxzoom: 15 },
        ...Object.fromEntries(Object.entries(contents()).map(([name, features]) => [name, { type: "geojson", data: collection(features), tolerance: 0.3 }])),
      },
      layers: [],
    },
  });
  // MapLibre draws nothing anew for a tile that failed; where it was the last, nobody would hear that the map is idle.
  map.on("error", ({ sourceId }) => { if (sourceId) { failed.add(sourceId); map.triggerRepaint(); } });
  map.touchZoomRotate.disableRotation();
  map.addControl(new maplibregl.NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new maplibregl.ScaleControl({ maxWidth: 120 }), "bottom-left");
  await new Promise((resolve) => { map.once("style.load", resolve); });
  addImages(map);
  needImages(map, withStatus(), editsShown());
  for (const layer of layers(background)) map.addLayer(layer);
  map.setFilter("chosen-council", ["==", ["get", "area_id"], state.asked.area]);
  const whole = map.getZoom();
  map.setFilter("candidates", candidateFilter(whole));
  const labels = createLabels(map, whole);
  labels.update();
  listen(map, onPick);
  return { map, update: () => update(map, labels, whole), show: (...ids) => fly(map, ...ids), choose: (feature) => choose(map, feature), toggle: (group, on) => toggle(map, labels, group, on), catchment: (feature) => map.getSource("catchment").setData(feature?.geometry ? collection([feature]) : EMPTY), home: () => map.fitBounds(townBox(), townRoom()) };
}

const withStatus = () => candidatesShown().map((feature) => ({ ...feature, properties: { ...feature.properties, status: statusOf(feature) } }));

// The run has many candidates, the first are enough from afar; a plan's choices are all seen.
const candidateFilter = (whole) => (state.view === "now" ? firstRanks(whole, state.asked.area) : null);

// What each source holds now.
function contents() {
  const { gap_layer: gapLayer, council_layer: councils } = state.about.summary;
  const { layer } = state.asked;
  const radius = peopleScale();
  const located = state.units.map((unit) => [unit, shape(gapLayer, unit.area_id)]).filter(([, feature]) => feature);
  const points = (features, icon) => features.filter(({ geometry }) => geometry).map((feature) => ({ ...feature, properties: { ...feature.properties, icon: icon(feature.properties) } }));
  return {
    areas: [...state.shapes.get(layer).values()].map((feature) => ({
      ...feature, properties: { ...feature.properties, ...state.coverage.get(feature.properties.area_id) },
    })),
    councils: [...state.shapes.get(councils).values()],
    units: layer === gapLayer ? located.filter(([unit]) => livedIn(unit)).map(([unit, feature]) => ({ ...feature, properties: unit })) : [],
    people: located.filter(([unit]) => unit.unreached >= 0.5).map(([unit, feature]) => ({
      type: "Feature", geometry: { type: "Point", coordinates: middle(feature.geometry) }, properties: { area_id: unit.area_id, unreached: unit.unreached, radius: radius(unit.unreached) },
    })),
    drawn: state.edits,
    proposals: proposalsShown(),
    places: points(state.places, (place) => placeName(place.frequency, place.blurred, stopped(place), cutOff(place))),
    candidates: points(withStatus(), candidateName),
    edits: editsShown().map((feature) => ({ ...feature, properties: { ...feature.properties, icon: editName(feature.properties) } })),
    catchment: [],
    chosen: [],
  };
}

// What the map asks for itself and did not get, until it is drawn again.
const failed = new Set();

function update(map, labels, whole) {
  if (failed.delete("streets")) map.getSource("streets").setData(STREETS);
  if (failed.delete("ground")) map.getSource("ground").setTiles(TILES);
  const { chosen, catchment, ...rest } = contents();
  needImages(map, withStatus(), rest.edits);
  for (const [name, features] of Object.entries(rest)) map.getSource(name).setData(collection(features));
  map.setFilter("chosen-council", ["==", ["get", "area_id"], state.asked.area]);
  map.setFilter("candidates", candidateFilter(whole));
  labels.update();
}

function listen(map, onPick) {
  const kinds = [["candidates", "candidate", "candidate_id"], ["places", "place", "place_id"], ["people", "unit", "area_id"], ["share", "area", "area_id"]];
  map.on("click", (event) => {
    if (drawing()) return undefined;
    const { x, y } = event.point;
    for (const [layer, kind, key] of kinds) {
      const reach = layer === "share" ? 0 : 6;
      const [hit] = map.queryRenderedFeatures([[x - reach, y - reach], [x + reach, y + reach]], { layers: [layer] });
      if (hit) return onPick(kind, hit.properties[key]);
    }
    return onPick(null);
  });
  for (const layer of ["candidates", "places", "people", "share"]) {
    map.on("mouseenter", layer, () => { map.getCanvas().style.cursor = "pointer"; });
    map.on("mouseleave", layer, () => { map.getCanvas().style.cursor = ""; });
  }
}

// The card and the legend cover a part of a wide map.
function roomBeside(map) {
  const { clientWidth: width, clientHeight: height } = map.getContainer();
  const card = !$("card").hidden;
  if (width <= 700) return { left: 30, right: 30, top: 30, bottom: card ? height * 0.62 : 40 };
  return { left: card ? 410 : 40, right: $("legend").open ? 300 : 80, top: 50, bottom: 60 };
}

const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

function fly(map, geometry) {
  if (!geometry) return;
  const [west, south, east, north] = bounds(geometry);
  const options = { padding: roomBeside(map), maxZoom: 15, duration: calm() ? 0 : 700 };
  map.fitBounds([[west, south], [east, north]], options);
}

function choose(map, feature) {
  map.getSource("chosen").setData(feature?.geometry ? collection([{ type: "Feature", properties: {}, geometry: feature.geometry }]) : EMPTY);
}

function toggle(map, labels, group, on) {
  for (const layer of GROUPS[group]) map.setLayoutProperty(layer, "visibility", on ? "visible" : "none");
  if (group === "l_background") labels.showGround(on);
  if (group === "l_share") $("map-box").classList.toggle("plain", !on);
}

// Idle with every source loaded: the map shows all that it will show.
export function settled(map) {
  return new Promise((resolve) => {
    const look = () => {
      const loaded = Object.keys(map.getStyle().sources).every((name) => map.isSourceLoaded(name));
      if (loaded && map.loaded()) resolve();
      else map.once("idle", look);
    };
    map.once("idle", look);
    map.triggerRepaint();
  });
}
