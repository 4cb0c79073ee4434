// Signs: one picture for the map and one for the lists, drawn by the same few lines. Never colour alone.

export const COLOURS = {
  weekly: "#0072b2", monthly: "#e69f00", none: "#d55e00", transport: "#cc79a7", candidate: "#009e73", quiet: "#6b7075",
};

export const GAP_SIGNS = {
  weekly_or_more: { sign: "○", tone: "weekly" },
  monthly_only: { sign: "△", tone: "monthly" },
  none: { sign: "×", tone: "none" },
  needs_transport: { sign: "車", tone: "transport" },
};

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

const PLACES = {
  weekly: (pen, c) => disc(pen, c, c, 7, COLOURS.weekly),
  permanent: (pen, c) => { disc(pen, c, c, 4.5, COLOURS.weekly); ring(pen, c, c, 7, COLOURS.weekly, 2); },
  monthly: (pen, c) => { disc(pen, c, c, 7, COLOURS.monthly, Math.PI / 2, 1.5 * Math.PI); ring(pen, c, c, 6.5, "#7a5200", 1.5); },
  unknown: (pen, c) => { ring(pen, c, c, 6.5, COLOURS.quiet, 1.5); disc(pen, c, c, 1.5, COLOURS.quiet); },
};

export function placeImage(frequency, { blurred = false, stopped = false } = {}) {
  const [drawn, pen] = canvas(26);
  disc(pen, 13, 13, 9.5, "#fff");
  if (blurred) ring(pen, 13, 13, 11, "#22272c", 1.5, [3, 2.5]);
  if (stopped) pen.globalAlpha = 0.35;
  (PLACES[frequency] ?? PLACES.unknown)(pen, 13);
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
  pen.strokeStyle = COLOURS.candidate;
  pen.fillStyle = action === "upgrade" ? "#fff" : COLOURS.candidate;
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
const EDITS = { open: "+", close: "×", upgrade: "↑", move: "→", days: "=", barrier: "–" };

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
  pen.fillText(`${EDITS[action] ?? ""}${number}`, 23, 24);
  return drawn;
}

// Fill patterns: × hatched, △ half (every second band), 車 dotted.
export function patternImage(gap) {
  const size = 16;
  const [drawn, pen] = canvas(size);
  if (gap === "needs_transport") {
    for (const [x, y] of [[4, 4], [12, 12]]) disc(pen, x, y, 1.6, COLOURS.transport);
    return drawn;
  }
  pen.strokeStyle = gap === "none" ? COLOURS.none : COLOURS.monthly;
  pen.lineWidth = gap === "none" ? 1.4 : 3;
  pen.beginPath();
  for (const shift of gap === "none" ? [-size / 2, 0, size / 2, size] : [-size, 0, size]) {
    pen.moveTo(shift, size);
    pen.lineTo(shift + size, 0);
  }
  pen.stroke();
  return drawn;
}

export function pixels(drawn) {
  const { width, height } = drawn;
  return { width, height, data: drawn.getContext("2d").getImageData(0, 0, width, height).data };
}

const CATCHMENT = "catchment";

function catchmentImage() {
  const [drawn, pen] = canvas(10);
  pen.strokeStyle = COLOURS.candidate;
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
  for (const frequency of ["weekly", "permanent", "monthly", "unknown"]) {
    for (const blurred of [false, true]) {
      for (const stopped of [false, true]) add(placeName(frequency, blurred, stopped), placeImage(frequency, { blurred, stopped }));
    }
  }
  for (const gap of ["none", "monthly_only", "needs_transport"]) add(`gap-${gap}`, patternImage(gap));
}

export const stopped = (place) => ["closed", "suspended", "planned"].includes(place.status);
export const placeName = (frequency, blurred, stopped) => `place-${frequency || "unknown"}-${Boolean(blurred)}-${Boolean(stopped)}`;
export const candidateName = ({ action, rank, status }) => `candidate-${action}-${rank}-${status}`;
export const editName = ({ action, number }) => `edit-${action}-${number}`;

// The same picture in a list or in the legend.
export function shown(drawn, cssSize) {
  drawn.style.setProperty("width", `${cssSize}px`);
  drawn.style.setProperty("height", `${cssSize}px`);
  drawn.setAttribute("aria-hidden", "true");
  return drawn;
}
