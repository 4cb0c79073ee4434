// A path that the map lacks: drawn on it point by point, and saved as the file that `arukeba edits add` reads.

import { fill, h } from "./dom.js";
import { word } from "./words.js";

const EMPTY = { type: "FeatureCollection", features: [] };

let points = null; // of the path that is drawn now

// While somebody draws, a click is a point of the path and nothing else.
export const drawing = () => points !== null;

const path = () => ({ type: "Feature", properties: { edit_id: `path-${new Date().toISOString().slice(0, 19).replace(/\D/g, "")}`, kind: "path", highway: "footway", date: new Date().toISOString().slice(0, 10) }, geometry: { type: "LineString", coordinates: points } });

export function createDrawing(map) {
  map.addSource("draw", { type: "geojson", data: EMPTY });
  map.addLayer({ id: "draw-line", type: "line", source: "draw", paint: { "line-color": "#0a7d4f", "line-width": 4, "line-dasharray": [1, 1] } });
  map.addLayer({ id: "draw-points", type: "circle", source: "draw", paint: { "circle-radius": 5, "circle-color": "#fff", "circle-stroke-color": "#0a7d4f", "circle-stroke-width": 3 } });
  const box = h("div", { class: "drawing" });

  function end() {
    points = null;
    map.getCanvas().style.cursor = "";
    map.getSource("draw").setData(EMPTY);
    fill(box, start);
  }

  function show() {
    const dots = points.map((coordinates) => ({ type: "Feature", properties: {}, geometry: { type: "Point", coordinates } }));
    map.getSource("draw").setData({ ...EMPTY, features: points.length > 1 ? [path(), ...dots] : dots });
    const file = points.length > 1 ? URL.createObjectURL(new Blob([JSON.stringify({ ...EMPTY, features: [path()] })], { type: "application/geo+json" })) : null;
    fill(box,
      h("p", {}, word("doubt.draw.how")),
      h("div", { class: "tools" },
        file ? h("a", { class: "tool", href: file, download: "path.geojson" }, word("doubt.draw.save")) : null,
        h("button", { type: "button", class: "tool", disabled: !points.length, onclick: () => { points.pop(); show(); } }, word("doubt.draw.undo")),
        h("button", { type: "button", class: "tool", onclick: end }, word("doubt.draw.end"))),
      file ? h("p", { class: "quiet" }, word("doubt.draw.add")) : null);
  }

  const start = h("button", { type: "button", class: "tool", onclick: () => {
    points = [];
    map.getCanvas().style.cursor = "crosshair";
    show();
  } });

  map.on("click", ({ lngLat }) => {
    if (!drawing()) return;
    points.push([lngLat.lng, lngLat.lat].map((degrees) => Number(degrees.toFixed(7))));
    show();
  });

  // The button of a card that tells of a doubt; who closes the card ends the drawing.
  return {
    box: () => {
      start.textContent = word("doubt.draw");
      end();
      return box;
    },
    end,
  };
}
