// Signs: one picture for the map and one for the lists, drawn by the same few lines. Never colour alone.

import { CANDIDATE_COLOUR, EDIT_SIGNS, GAP_SIGNS, GROUND_SIGNS, OPEN_STATUSES, PLACE_SIGNS, SCENARIO_SIGNS } from "./vocabulary.js";

const RATIO = 2;

function canvas(size) {
  const drawn = document.createElement("canvas");
  drawn.width = drawn.height = size * RATIO;
  const pen = drawn.getContext("2d", { willReadFrequently: true });
  pen.scale(RATIO, RATIO);
  return [drawn, pen];
}

function disc(pen, x, y, radius, fill, from = 0, to = 2 * Math.PI) {
  pen.beginPath();
  pen.arc(x, y, radius, from, to);
  pen.fillStyle = fill;
  pen.fill();
}

function ring(pen, x, y, radius, stroke, width, dash = []) {
  pen.beginPath();
  pen.setLineDash(dash);
  pen.arc(x, y, radius, 0, 2 * Math.PI);
  pen.lineWidth = width;
  pen.strokeStyle = stroke;
  pen.stroke();
  pen.setLineDash([]);
}

const SHAPES = {
  disc: (pen, c, colour) => disc(pen, c, c, 7, colour),
  target: (pen, c, colour) => { disc(pen, c, c, 4.5, colour); ring(pen, c, c, 7, colour, 2); },
  half: (pen, c, colour) => { disc(pen, c, c, 7, colour, Math.PI / 2, 1.5 * Math.PI); ring(pen, c, c, 6.5, "#7a5200", 1.5); },
  open: (pen, c, colour) => { ring(pen, c, c, 6.5, colour, 1.5); disc(pen, c, c, 1.5, colour); },
};

// A place that no walk reaches: an empty ring with a stroke through it.
function cutThrough(pen, c, colour) {
  ring(pen, c, c, 6.5, colour, 2);
  pen.beginPath();
  pen.moveTo(c - 4.6, c + 4.6);
  pen.lineTo(c + 4.6, c - 4.6);
  pen.stroke();
}

export function placeImage(frequency, { blurred = false, stopped = false, cut = false } = {}) {
  const [drawn, pen] = canvas(26);
  disc(pen, 13, 13, 9.5, "#fff");
  if (blurred) ring(pen, 13, 13, 11, "#22272c", 1.5, [3, 2.5]);
  if (stopped) pen.globalAlpha = 0.35;
  const { shape, colour } = PLACE_SIGNS[frequency] ?? PLACE_SIGNS[""];
  (cut ? cutThrough : SHAPES[shape])(pen, 13, colour);
  return drawn;
}

// What became of a candidate, at the shoulder of its star: … is talked about, ✓ adopted, × rejected.
const MARKS = {
  discussed: (pen, x, y) => { for (const step of [-4, 0, 4]) { pen.moveTo(x + step - 1, y); pen.lineTo(x + step + 1, y); } },
  adopted: (pen, x, y) => { pen.moveTo(x - 4, y); pen.lineTo(x - 1, y + 3.5); pen.lineTo(x + 4.5, y - 3.5); },
  rejected: (pen, x, y) => { pen.moveTo(x - 3.5, y - 3.5); pen.lineTo(x + 3.5, y + 3.5); pen.moveTo(x - 3.5, y + 3.5); pen.lineTo(x + 3.5, y - 3.5); },
};

function mark(pen, status) {
  const [x, y] = [29, 9];
  disc(pen, x, y, 8.5, status === "adopted" ? "#00694c" : "#fff");
  ring(pen, x, y, 8, status === "adopted" ? "#fff" : "#22272c", 1.4);
  pen.beginPath();
  pen.lineWidth = 2.4;
  pen.strokeStyle = status === "adopted" ? "#fff" : "#22272c";
  MARKS[status](pen, x, y);
  pen.stroke();
}

export function candidateImage(action, rank, status = "proposed") {
  const [drawn, pen] = canvas(38);
  const c = 19;
  if (status === "rejected") pen.globalAlpha = 0.45;
  pen.beginPath();
  for (let i = 0; i < 10; i += 1) {
    const radius = i % 2 ? 8.6 : 16;
    const angle = (Math.PI * i) / 5 - Math.PI / 2;
    pen.lineTo(c + radius * Math.cos(angle), c + 1 + radius * Math.sin(angle));
  }
  pen.closePath();
  pen.lineJoin = "round";
  pen.lineWidth = 5;
  pen.strokeStyle = "#fff";
  pen.stroke();
  pen.lineWidth = 2;
  pen.strokeStyle = CANDIDATE_COLOUR;
  pen.fillStyle = action === "upgrade" ? "#fff" : CANDIDATE_COLOUR;
  pen.fill();
  pen.stroke();
  if (rank) {
    pen.font = "bold 11px sans-serif";
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillStyle = action === "upgrade" ? "#00694c" : "#04231a";
    pen.fillText(String(rank), c, c + 1.5);
  }
  pen.globalAlpha = 1;
  if (MARKS[status]) mark(pen, status);
  return drawn;
}

// A change of a scenario: what is done, and its number in the list.
export function editImage(action, number) {
  const [drawn, pen] = canvas(46);
  pen.beginPath();
  pen.roundRect(2, 9, 42, 28, 7);
  pen.fillStyle = "#1b2a41";
  pen.fill();
  pen.lineWidth = 2.5;
  pen.strokeStyle = "#fff";
  pen.stroke();
  pen.font = "bold 17px sans-serif";
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillStyle = "#fff";
  pen.fillText(`${SCENARIO_SIGNS[action] ?? ""}${number}`, 23, 24);
  return drawn;
}

export const PATTERNED = Object.keys(GAP_SIGNS).filter((gap) => GAP_SIGNS[gap].pattern);

// Fill patterns: × hatched, △ half (every second band), 車 dotted, ？ open rings, 道 crossed.
export function patternImage(gap) {
  const { pattern, colour } = GAP_SIGNS[gap];
  const size = 16;
  const [drawn, pen] = canvas(size);
  if (pattern === "dots") {
    for (const [x, y] of [[4, 4], [12, 12]]) disc(pen, x, y, 1.6, colour);
    return drawn;
  }
  if (pattern === "rings") {
    for (const [x, y] of [[4, 4], [12, 12]]) ring(pen, x, y, 2, colour, 1.2);
    return drawn;
  }
  const crossed = pattern === "cross";
  const hatched = pattern === "hatch" || crossed;
  pen.strokeStyle = colour;
  pen.lineWidth = crossed ? 1 : hatched ? 1.4 : 3;
  pen.beginPath();
  for (const shift of hatched ? [-size / 2, 0, size / 2, size] : [-size, 0, size]) {
    pen.moveTo(shift, size);
    pen.lineTo(shift + size, 0);
    if (crossed) { pen.moveTo(shift, 0); pen.lineTo(shift + size, size); }
  }
  pen.stroke();
  return drawn;
}

export function pixels(drawn) {
  const { width, height } = drawn;
  return { width, height, data: drawn.getContext("2d").getImageData(0, 0, width, height).data };
}

// A sign of Japanese maps, as lines in a square; light around it, so that it is read on any ground.
function groundImage({ strokes, ink }) {
  const [drawn, pen] = canvas(24);
  pen.lineCap = pen.lineJoin = "round";
  for (const [width, colour] of [[5, "rgb(255 255 255 / 0.9)"], [1.7, ink]]) {
    pen.beginPath();
    for (const stroke of strokes) stroke.forEach(([x, y], n) => pen[n ? "lineTo" : "moveTo"](12 + 8 * x, 12 + 8 * y));
    pen.lineWidth = width;
    pen.strokeStyle = colour;
    pen.stroke();
  }
  return drawn;
}

// A kind of the background, as the legend shows it.
export function groundKey(kind) {
  const { draw, colour, edge, strokes, ink } = GROUND_SIGNS[kind];
  const [drawn, pen] = canvas(20);
  if (draw === "area") {
    pen.fillStyle = colour;
    pen.fillRect(0, 2, 20, 16);
  } else if (draw !== "name") {
    const across = (wide, stroke, dash) => {
      pen.beginPath();
      pen.setLineDash(dash);
      pen.lineWidth = wide;
      pen.strokeStyle = stroke;
      pen.moveTo(0, 10);
      pen.lineTo(20, 10);
      pen.stroke();
    };
    if (draw === "line" && edge) across(5.5, edge, []);
    across(3.5, colour, []);
    if (draw === "rail") across(2, edge, [5, 5]);
  }
  pen.setLineDash([]);
  pen.beginPath();
  for (const stroke of strokes) stroke.forEach(([x, y], n) => pen[n ? "lineTo" : "moveTo"](10 + 6.5 * x, 10 + 6.5 * y));
  pen.lineWidth = 1.4;
  pen.strokeStyle = ink;
  pen.stroke();
  return drawn;
}

const CATCHMENT = "catchment";

function catchmentImage() {
  const [drawn, pen] = canvas(10);
  pen.strokeStyle = CANDIDATE_COLOUR;
  pen.lineWidth = 1.6;
  pen.beginPath();
  for (const shift of [-5, 0, 5]) { pen.moveTo(shift, 0); pen.lineTo(shift + 10, 10); }
  for (const shift of [-10, 10]) { pen.moveTo(shift, 0); pen.lineTo(shift + 10, 10); }
  pen.stroke();
  return drawn;
}

// Signs that depend on what was found: added once, when they are first shown.
export function needImages(map, candidates, edits) {
  const add = (name, drawn) => { if (!map.hasImage(name)) map.addImage(name, pixels(drawn()), { pixelRatio: RATIO }); };
  for (const { properties } of candidates) add(candidateName(properties), () => candidateImage(properties.action, properties.rank, properties.status));
  for (const { properties } of edits) add(editName(properties), () => editImage(properties.action, properties.number));
}

export function addImages(map) {
  const add = (name, drawn) => map.addImage(name, pixels(drawn), { pixelRatio: RATIO });
  add(CATCHMENT, catchmentImage());
  for (const [kind, sign] of Object.entries(GROUND_SIGNS)) if (sign.strokes.length) add(`ground-${kind}`, groundImage(sign));
  for (const frequency of Object.keys(PLACE_SIGNS)) {
    for (const blurred of [false, true]) {
      for (const stopped of [false, true]) {
        for (const cut of [false, true]) add(placeName(frequency, blurred, stopped, cut), placeImage(frequency, { blurred, stopped, cut }));
      }
    }
  }
  for (const gap of PATTERNED) add(`gap-${gap}`, patternImage(gap));
}

export const stopped = (place) => !OPEN_STATUSES.includes(place.status);
export const cutOff = (place) => Boolean(place.unsnapped);
export const placeName = (frequency, blurred, stopped, cut) => `place-${frequency || "unknown"}-${Boolean(blurred)}-${Boolean(stopped)}-${Boolean(cut)}`;
export const candidateName = ({ action, rank, status }) => `candidate-${action}-${rank}-${status}`;
export const editName = ({ action, number }) => `edit-${action}-${number}`;

// The line of an edit of the streets, as the legend and the lists show it.
export function editLine(kind) {
  const { colour, width, dashes } = EDIT_SIGNS[kind];
  const [drawn, pen] = canvas(26);
  for (const [stroke, wide, dash] of [["#fff", width + 2, []], [colour, width, dashes.map((length) => width * length)]]) {
    pen.beginPath();
    pen.setLineDash(dash);
    pen.moveTo(0, 13);
    pen.lineTo(26, 13);
    pen.lineWidth = wide;
    pen.strokeStyle = stroke;
    pen.stroke();
  }
  return drawn;
}

// The same picture in a list or in the legend.
export function shown(drawn, cssSize) {
  drawn.style.setProperty("width", `${cssSize}px`);
  drawn.style.setProperty("height", `${cssSize}px`);
  drawn.setAttribute("aria-hidden", "true");
  return drawn;
}
