// A click on the ground: how one walks from just there, in sentences and as a line on the map.

import { $, h } from "./dom.js";
import { drawing, wrongWay } from "./draw.js";
import { askedLimit, get, latest, state } from "./store.js";
import { lang, said as saidIn, word } from "./words.js";

const EMPTY = { type: "FeatureCollection", features: [] };
const FIRST = 3;
const SIGNS = ["candidates", "places", "people"];
const of = (...kinds) => ["in", ["get", "kind"], ["literal", kinds]];

const LAYERS = [
  { id: "why-straight", filter: of("straight"), paint: { "line-color": "#111", "line-width": 1.5, "line-dasharray": [2, 3] } },
  { id: "why-barrier", filter: of("no_street", "break"), paint: { "line-color": "#a94400", "line-width": 5, "line-opacity": 0.55 } },
  { id: "why-casing", filter: of("way"), paint: { "line-color": "#fff", "line-width": 9 } },
  { id: "why-way", filter: of("way"), paint: { "line-color": "#1b2a41", "line-width": 5 } },
  { id: "why-steps", filter: of("steps"), paint: { "line-color": "#f2c14e", "line-width": 5, "line-dasharray": [0.6, 0.6] } },
  { id: "why-path", filter: of("path"), paint: { "line-color": "#0a7d4f", "line-width": 4, "line-dasharray": [1, 1] } },
];

export function createWhy(map) {
  map.addSource("why", { type: "geojson", data: EMPTY });
  for (const layer of LAYERS) map.addLayer({ type: "line", source: "why", layout: { "line-cap": "butt", "line-join": "round" }, ...layer }, "places");
  map.addLayer({ id: "why-point", type: "circle", source: "why", filter: of("here"), paint: { "circle-radius": 7, "circle-color": "#fff", "circle-stroke-color": "#1b2a41", "circle-stroke-width": 4 } });
  const panel = h("section", { class: "why", "aria-live": "polite" });
  let here = null;

  const draw = (features) => map.getSource("why").setData({ ...EMPTY, features });

  // Who closes the card or opens another takes the panel away: its lines go with it.
  new MutationObserver(() => {
    if (here && ($("card").hidden || !panel.isConnected)) { here = null; draw([]); }
  }).observe($("card"), { attributes: true, childList: true });

  async function ask(point) {
    here = point;
    panel.replaceChildren(h("h3", {}, word("page.fromHere")), h("p", {}, "…"));
    const card = $("card");
    // Outside all areas no card is open that could be closed.
    if (card.hidden) card.replaceChildren(h("div", { class: "card-head" }, h("div"), h("button", { type: "button", class: "close", "aria-label": word("page.close"), onclick: () => { card.hidden = true; } }, "✕")));
    card.querySelector(".card-head").after(panel);
    card.hidden = false;
    await latest("why", () => read(point), (answer) => here && show(answer, point));
  }

  function show(answer, point) {
    const said = answer.sentences[lang].map((text) => h("p", { class: "says" }, text));
    const rest = said.splice(FIRST);
    // An area that is told of below bears the marks of all its figures.
    const assumed = $("card").querySelector(".marks") ? [] : saidIn(answer, "assumed").map((text) => h("p", { class: "quiet" }, text));
    $("card").querySelector(".doubt")?.remove(); // said of this very way instead
    const doubt = answer.doubt?.[lang] ? h("p", { class: "note" }, answer.doubt[lang]) : null;
    // Who is not reached, or by a doubtful way, may know a better one.
    const wrong = doubt || answer.within_limit === false ? [doubt, wrongWay()].filter(Boolean) : [];
    panel.replaceChildren(h("h3", {}, word("page.fromHere")), ...said, ...wrong, ...assumed, ...(rest.length ? [h("details", {}, h("summary", {}, word("page.moreOfIt")), ...rest)] : []));
    draw([...answer.straight.features, ...answer.route.features, { type: "Feature", properties: { kind: "here" }, geometry: { type: "Point", coordinates: point } }]);
  }

  map.on("click", ({ point: { x, y }, lngLat }) => {
    if (drawing()) return;
    const hits = map.queryRenderedFeatures([[x - 6, y - 6], [x + 6, y + 6]], { layers: SIGNS });
    if (!hits.length) ask([lngLat.lng, lngLat.lat]);
  });

  // The card was drawn anew, in another language or for another choice.
  return { again: (point = here) => point && ask(point), where: () => here };
}

function read([lon, lat]) {
  const { frequency, profile } = state.asked;
  const asked = { lon: lon.toFixed(6), lat: lat.toFixed(6), frequency, profile, ...askedLimit() };
  const given = Object.entries(asked).filter(([, value]) => value !== null);
  const refused = ({ message }) => ({ sentences: { [lang]: [message] }, assumed: [], assumed_en: [], route: EMPTY, straight: EMPTY });
  return get(`/why?${new URLSearchParams(given)}`).catch(refused);
}
