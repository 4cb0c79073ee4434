// The background: what lies beside the streets, so that people recognise their neighbourhood; quiet, for it is not the message.

import { GROUND_SIGNS, GROUND_ZOOMS, RAIL_DASH } from "./vocabulary.js";

const SOURCE = "ground";
const SIGNS = Object.entries(GROUND_SIGNS);
const drawnAs = (...draws) => SIGNS.filter(([, { draw }]) => draws.includes(draw));
const isA = (geometry, kinds) => ["all", ["==", ["geometry-type"], geometry], ["in", ["get", "kind"], ["literal", kinds.map(([kind]) => kind)]]];
const byKind = (kinds, of) => ["match", ["get", "kind"], ...kinds.flatMap(([kind, sign]) => [kind, of(sign)]), of(kinds[0][1])];
const widths = (kinds, more = 0) => ["interpolate", ["linear"], ["zoom"], ...GROUND_ZOOMS.flatMap((zoom, n) => [zoom, byKind(kinds, ({ widths_px: px }) => (px[n] ? px[n] + more : 0))])];
const order = (kinds) => ["match", ["get", "kind"], ...kinds.flatMap(([kind], n) => [kind, n]), 0];
const dimBelow = ["match", ["get", "level"], "below", 0.35, 1];

const WET = ([kind]) => kind === "water" || kind === "sea";
const AREAS = drawnAs("area");
const LAND = AREAS.filter((each) => !WET(each));
const WATER = AREAS.filter(WET);
const LINES = drawnAs("line");
const CASED = LINES.filter(([, { edge }]) => edge);
const RAILS = drawnAs("rail");
const SIGNED = SIGNS.filter(([, { strokes }]) => strokes.length);

const layer = (id, type, rest) => ({ id: `ground-${id}`, type, source: SOURCE, "source-layer": SOURCE, ...rest });
const line = (id, kinds, geometry, paint, layout = {}) => layer(id, "line", {
  filter: isA(geometry, kinds), layout: { "line-join": "round", "line-sort-key": order(kinds), ...layout }, paint: { "line-opacity": dimBelow, ...paint },
});

const filled = (id, kinds) => layer(id, "fill", { filter: isA("Polygon", kinds), layout: { "fill-sort-key": order(kinds) }, paint: { "fill-color": byKind(kinds, ({ colour }) => colour), "fill-antialias": false } });
const edged = (id, kinds) => line(id, kinds, "Polygon", { "line-color": byKind(kinds, ({ edge }) => edge), "line-width": widths(kinds) });

// Beneath the shares: land and its use.
export const BENEATH = [filled("land", LAND), edged("edges", LAND.filter(([, { edge }]) => edge))];

// Above them, for nobody lives there: water, and the lines that are no street.
export const AMID = [
  filled("water", WATER),
  edged("shores", WATER.filter(([, { edge }]) => edge)),
  line("casings", CASED, "LineString", { "line-color": byKind(CASED, ({ edge }) => edge), "line-width": widths(CASED, 1.5) }),
  line("lines", LINES, "LineString", { "line-color": byKind(LINES, ({ colour }) => colour), "line-width": widths(LINES) }, { "line-cap": "round" }),
];

// Above the streets: railways, dark with light dashes as on the maps of Japan.
export const ABOVE = [
  line("rails", RAILS, "LineString", { "line-color": byKind(RAILS, ({ colour }) => colour), "line-width": widths(RAILS) }),
  line("rail-dashes", RAILS, "LineString", { "line-color": byKind(RAILS, ({ edge }) => edge), "line-width": widths(RAILS, -0.9), "line-dasharray": RAIL_DASH }),
];

// A sign gives way to a better known one, never to nothing; the names are elements over the map.
export const GROUND_MARKS = layer("signs", "symbol", {
  filter: ["all", isA("Point", SIGNED), [">=", ["zoom"], byKind(SIGNED, ({ names_from_zoom: zoom }) => zoom)]],
  layout: { "icon-image": ["concat", "ground-", ["get", "kind"]], "symbol-sort-key": ["-", 0, order(SIGNED)], "icon-padding": 0, "icon-size": ["interpolate", ["linear"], ["zoom"], 12, 0.7, 16, 1.1] },
});

export const GROUND_LAYERS = [...BENEATH, ...AMID, ...ABOVE, GROUND_MARKS].map(({ id }) => id);

export const TILES = [`${location.origin}/tiles/WebMercatorQuad/{z}/{y}/{x}?collections=ground`];
export const groundSource = ({ bounds, minzoom, maxzoom }) => ({ type: "vector", tiles: TILES, bounds, minzoom, maxzoom });

// Which name goes before: by what people look for first, then the larger one.
const FIRST = ["station", "river", "water", "townhall", "railway", "school", "hospital", "road"];
const rankOf = ({ kind, rank }) => [FIRST.includes(kind) ? FIRST.indexOf(kind) : FIRST.length + SIGNS.length - SIGNS.findIndex(([name]) => name === kind), rank];

// The names of the ground that the tiles on the screen have, the first first.
export function groundNames(map) {
  if (!map.getSource(SOURCE)) return [];
  const zoom = map.getZoom();
  const found = map.querySourceFeatures(SOURCE, { sourceLayer: SOURCE, filter: ["all", ["==", ["geometry-type"], "Point"], ["has", "name"]] })
    .filter(({ properties: { kind } }) => zoom >= GROUND_SIGNS[kind].names_from_zoom)
    .map(({ geometry, properties }) => ({
      key: `${properties.kind}:${properties.name}:${geometry.coordinates.map((degrees) => degrees.toFixed(4))}`,
      kind: properties.kind, text: properties.name, at: geometry.coordinates, rank: rankOf(properties), ink: GROUND_SIGNS[properties.kind].ink, signed: GROUND_SIGNS[properties.kind].strokes.length > 0,
    }));
  const once = new Map(found.map((name) => [name.key, name]));
  return [...once.values()].sort((a, b) => a.rank[0] - b.rank[0] || a.rank[1] - b.rank[1] || (a.key < b.key ? -1 : 1));
}

// The better known ones stand before the names of the areas.
export const goesBefore = ({ kind }) => FIRST.includes(kind);
