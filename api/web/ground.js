// The background: what lies beside the streets, so that people recognise their neighbourhood; quiet, for it is not the message.

import { GROUND_PARTS, GROUND_SIGNS } from "./vocabulary.js";

const SOURCE = "ground";
const SIGNS = Object.entries(GROUND_SIGNS);

// Beneath the shares land and its use; above them water and the lines that are no street, for nobody lives there; above the streets railways.
export const { beneath: BENEATH, amid: AMID, above: ABOVE } = GROUND_PARTS;

// A sign gives way to a better known one, never to nothing; the names are elements over the map.
export const [GROUND_MARKS] = GROUND_PARTS.marks;

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
