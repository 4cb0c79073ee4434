// Names of areas as elements over the map: no glyphs to load, and a browser's own Japanese type.

import { h } from "./dom.js";
import { middle, state } from "./store.js";

const MOST = 60;

export function createLabels(map) {
  const made = new Map();
  let names = [];

  function update() {
    const { council_layer: councils } = state.about.summary;
    const { layer } = state.asked;
    const list = (from, kind) => [...state.shapes.get(from).values()].map(({ geometry, properties }) => ({
      key: `${kind}:${properties.area_id}`, kind, at: middle(geometry), text: (properties.approximate ? "〜" : "") + properties.area_name,
      weight: state.coverage.get(properties.area_id)?.residents ?? 0,
    }));
    const units = layer === councils ? [] : list(layer, "unit").sort((a, b) => b.weight - a.weight);
    const few = state.shapes.get(councils).size > 1 ? list(councils, "council") : [];
    names = [...few, ...units];
    for (const marker of made.values()) marker.remove();
    made.clear();
    place();
  }

  function place() {
    const { clientWidth: width, clientHeight: height } = map.getContainer();
    const close = map.getZoom() >= 13.2;
    const taken = [];
    const wanted = new Set();
    for (const name of names) {
      if (wanted.size >= MOST) break;
      if (name.kind === "unit" && !close && map.getZoom() < 12.6 && width > 0 && names.length > 80) continue;
      if (name.kind === "council" && map.getZoom() >= 14.6) continue;
      const { x, y } = map.project(name.at);
      const size = name.kind === "council" ? 16 : 13;
      const [w, t] = [(name.text.length * size) / 2 + 6, size / 2 + 5];
      if (x < w || y < t || x > width - w || y > height - t) continue;
      const box = [x - w, y - t, x + w, y + t];
      if (taken.some((other) => box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3])) continue;
      taken.push(box);
      wanted.add(name.key);
      if (!made.has(name.key)) made.set(name.key, marker(name));
    }
    for (const [key, each] of made) {
      if (wanted.has(key)) continue;
      each.remove();
      made.delete(key);
    }
  }

  function marker(name) {
    const element = h("div", { class: `name ${name.kind}`, "aria-hidden": "true" }, name.text);
    return new maplibregl.Marker({ element }).setLngLat(name.at).addTo(map);
  }

  map.on("moveend", place);
  map.on("resize", place);
  return { update };
}
