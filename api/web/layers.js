// The layers of the map, from the ground up: shares, hatching, borders, streets, circles, signs.

import { ABOVE, AMID, BENEATH, GROUND_LAYERS, GROUND_MARKS } from "./ground.js";
import { PATTERNED } from "./signs.js";
import { BORDER, COUNCIL_BORDER, EDIT_SIGNS, GAP_SIGNS, LAND, NO_SHARE, REACH_COLOURS, SHARE_COLOURS } from "./vocabulary.js";

export const CLASSES = Object.entries(SHARE_COLOURS).map(([from, colour]) => ({ from: Number(from), colour }));

// On the ground of the page an unreached street is warmer than on paper.
export const STREETS = { ...REACH_COLOURS, none: "#b3a59b" };

const byReach = (weekly, monthly, none) => ["match", ["get", "reach"], "weekly", weekly, "monthly", monthly, none];
const byClass = (major, minor, path) => ["match", ["get", "class"], "major", major, "minor", minor, path];

const share = ["get", "coverage_pct"];

// The few choices of a plan are read from the back row.
const ofPlan = (large, usual) => ["case", ["to-boolean", ["get", "choice"]], large, usual];

// The best few until the map is closer than the whole town.
export const FIRST = 10;
export const CLOSER = 0.8;
export const firstRanks = (zoom, council) => ["step", ["zoom"],
  ["any", ["<=", ["get", "rank"], FIRST], ["==", ["get", "council_id"], council || "-"]], zoom + CLOSER, true];

// What planners drew over the streets; dashes cannot be told by the data, so each kind is a layer.
const DRAWN = Object.entries(EDIT_SIGNS).map(([kind, { colour, width, dashes }]) => ({
  id: `drawn-${kind}`, type: "line", source: "drawn", filter: ["==", ["get", "kind"], kind], layout: { "line-join": "round" },
  paint: { "line-color": colour, "line-width": width, ...(dashes.length ? { "line-dasharray": dashes } : {}) },
}));

// With a background, the shares let it be seen.
export const layers = (background) => [
  { id: "plain", type: "background", paint: { "background-color": LAND } },
  ...(background ? BENEATH : []),
  {
    id: "share", type: "fill", source: "areas",
    paint: {
      "fill-color": ["case", ["==", ["typeof", share], "number"],
        ["step", share, CLASSES[0].colour, ...CLASSES.slice(1).flatMap(({ from, colour }) => [from, colour])], NO_SHARE],
      "fill-opacity": background ? 0.62 : 0.9,
    },
  },
  {
    id: "gaps", type: "fill", source: "units", filter: ["in", ["get", "gap"], ["literal", PATTERNED]],
    paint: { "fill-pattern": ["concat", "gap-", ["get", "gap"]], "fill-opacity": ["interpolate", ["linear"], ["zoom"], 10, 0.1, 14, 0.34] },
  },
  ...(background ? AMID : []),
  {
    id: "streets", type: "line", source: "streets",
    layout: { "line-cap": "round", "line-join": "round", "line-sort-key": byReach(2, 1, 0) },
    paint: {
      "line-color": byReach(STREETS.weekly, STREETS.monthly, STREETS.none),
      "line-opacity": ["interpolate", ["linear"], ["zoom"], 10, byReach(0.8, 0.8, 0.55), 14, byReach(0.95, 0.95, 0.8)],
      "line-width": ["interpolate", ["exponential", 1.6], ["zoom"],
        10, byReach(byClass(1.3, 0.9, 0.6), byClass(1.1, 0.7, 0.5), byClass(0.7, 0.35, 0.2)),
        13, byReach(byClass(2.8, 1.9, 1.3), byClass(1.9, 1.2, 0.9), byClass(1.6, 0.9, 0.6)),
        16, byReach(byClass(7, 4.6, 2.8), byClass(4, 2.6, 1.7), byClass(5, 3, 1.6))],
    },
  },
  ...(background ? ABOVE : []),
  {
    id: "border", type: "line", source: "areas", filter: ["!", ["get", "approximate"]],
    paint: { "line-color": BORDER, "line-opacity": 0.6, "line-width": ["interpolate", ["linear"], ["zoom"], 10, 0.5, 15, 1.6] },
  },
  {
    id: "border-estimate", type: "line", source: "areas", filter: ["get", "approximate"],
    paint: { "line-color": BORDER, "line-opacity": 0.7, "line-dasharray": [3, 2], "line-width": ["interpolate", ["linear"], ["zoom"], 10, 0.5, 15, 1.4] },
  },
  {
    id: "council", type: "line", source: "councils", layout: { "line-join": "round" },
    paint: { "line-color": COUNCIL_BORDER, "line-opacity": 0.75, "line-width": ["interpolate", ["linear"], ["zoom"], 10, 1, 15, 2.6] },
  },
  {
    id: "chosen-council", type: "line", source: "councils", filter: ["==", ["get", "area_id"], ""], layout: { "line-join": "round" },
    paint: { "line-color": "#111", "line-width": 4 },
  },
  ...(background ? [GROUND_MARKS] : []),
  {
    id: "people", type: "circle", source: "people", layout: { "circle-sort-key": ["-", 0, ["get", "unreached"]] },
    paint: {
      "circle-color": GAP_SIGNS.none.colour, "circle-opacity": 0.26, "circle-stroke-color": "#a94400", "circle-stroke-width": 1, "circle-stroke-opacity": 0.7,
      "circle-radius": ["get", "radius"],
    },
  },
  {
    id: "catchment", type: "fill", source: "catchment", paint: { "fill-pattern": "catchment", "fill-opacity": 0.75 },
  },
  {
    id: "catchment-edge", type: "line", source: "catchment", layout: { "line-join": "round" },
    paint: { "line-color": "#00694c", "line-width": 2.5 },
  },
  {
    id: "chosen", type: "line", source: "chosen", layout: { "line-join": "round" },
    paint: { "line-color": "#111", "line-width": 3.5 },
  },
  { id: "drawn-areas", type: "fill", source: "drawn", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": EDIT_SIGNS.barrier.colour, "fill-opacity": 0.18 } },
  { id: "drawn-edge", type: "line", source: "drawn", layout: { "line-join": "round" }, paint: { "line-color": "#fff", "line-width": EDIT_SIGNS.barrier.width + 2 } },
  ...DRAWN,
  { id: "proposals", type: "line", source: "proposals", layout: { "line-join": "round" }, paint: { "line-color": ["match", ["get", "kind"], "path", EDIT_SIGNS.path.colour, EDIT_SIGNS.barrier.colour], "line-width": 4, "line-dasharray": [0.4, 0.6] } },
  {
    id: "places", type: "symbol", source: "places",
    layout: { "icon-image": ["get", "icon"], "icon-allow-overlap": true, "icon-size": ["interpolate", ["linear"], ["zoom"], 10, 0.55, 13, 0.85, 16, 1.25] },
  },
  {
    id: "candidates", type: "symbol", source: "candidates",
    filter: firstRanks(12, ""),
    layout: { "icon-image": ["get", "icon"], "icon-allow-overlap": true, "symbol-sort-key": ["-", 0, ["get", "rank"]],
      "icon-size": ["interpolate", ["linear"], ["zoom"], 10, ofPlan(1, 0.66), 13, ofPlan(1.3, 0.85), 16, ofPlan(1.5, 1.2)] },
  },
  {
    id: "edit-areas", type: "fill", source: "edits", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": "#1b2a41", "fill-opacity": 0.25 },
  },
  {
    id: "edit-lines", type: "line", source: "edits", filter: ["!=", ["geometry-type"], "Point"], layout: { "line-join": "round" },
    paint: { "line-color": "#1b2a41", "line-width": 4, "line-dasharray": [1.5, 1] },
  },
  {
    id: "edits", type: "symbol", source: "edits", filter: ["!=", ["get", "part"], "from"],
    layout: { "icon-image": ["get", "icon"], "icon-allow-overlap": true, "icon-size": ["interpolate", ["linear"], ["zoom"], 10, 0.75, 13, 0.95, 16, 1.2] },
  },
  {
    id: "chosen-point", type: "circle", source: "chosen", filter: ["==", ["geometry-type"], "Point"],
    paint: { "circle-radius": 19, "circle-color": "#fff", "circle-opacity": 0, "circle-stroke-color": "#111", "circle-stroke-width": 3 },
  },
];

// What the legend can switch on and off.
export const GROUPS = {
  l_share: ["share"],
  l_people: ["people"],
  l_gaps: ["gaps"],
  l_streets: ["streets"],
  l_edits: ["drawn-areas", "drawn-edge", ...DRAWN.map(({ id }) => id)],
  l_places: ["places"],
  l_candidates: ["candidates"],
  l_background: GROUND_LAYERS,
};
