// 「道がちがう」: a path that the map lacks, or a barrier that it does not know, drawn point by point and proposed.

import { $, fill, h } from "./dom.js";
import { may, readProposals, send, state } from "./store.js";
import { PROPOSAL_KINDS, PROPOSAL_REMARK_MOST, PROPOSAL_ROLES } from "./vocabulary.js";
import { lang, word } from "./words.js";

const EMPTY = { type: "FeatureCollection", features: [] };

let points = null; // of the line that is drawn now
let kind = "path";
let told = ""; // what became of the line before

// While somebody draws, a click is a point of the line and nothing else.
export const drawing = () => points !== null;

const line = () => ({ type: "LineString", coordinates: points });
const proposed = () => ({ kind, line: points });
const edit = () => ({ type: "Feature", properties: { edit_id: `${kind}-${new Date().toISOString().slice(0, 19).replace(/\D/g, "")}`, kind, ...(kind === "path" ? { highway: "footway" } : {}), date: new Date().toISOString().slice(0, 10) }, geometry: line() });

let offer = () => null;
// The box of a card that may be about a wrong way; there is one, wherever it stands.
export const wrongWay = () => offer();

const NEAR_ZOOM = 16; // about a metre a pixel: nobody draws a path on the whole town

export function createDrawing(map, { onSaved, where }) {
  map.addSource("draw", { type: "geojson", data: EMPTY });
  map.addLayer({ id: "draw-line", type: "line", source: "draw", paint: { "line-color": "#0a7d4f", "line-width": 4, "line-dasharray": [1, 1] } });
  map.addLayer({ id: "draw-points", type: "circle", source: "draw", paint: { "circle-radius": 5, "circle-color": "#fff", "circle-stroke-color": "#0a7d4f", "circle-stroke-width": 3 } });
  const aim = h("i", { class: "aim", "aria-hidden": "true" });
  const box = h("div", { class: "drawing" });
  let parts = null; // of the box while somebody draws

  function end() {
    points = null;
    parts = null;
    map.getCanvas().style.cursor = "";
    map.getSource("draw").setData(EMPTY);
    aim.remove();
    const start = h("button", { type: "button", class: "tool", id: "wrong-way", onclick: begin }, word("draw.start"));
    fill(box, told ? h("p", { class: "saved", role: "status" }, told) : null, start);
  }

  function begin() {
    [points, kind, told] = [[], "path", ""];
    map.getCanvas().style.cursor = "crosshair";
    map.getContainer().append(aim);
    parts = build();
    fill(box, parts.all);
    show();
    approach();
    box.querySelector("input:checked").focus();
  }

  // What the card is about comes to where no card covers it.
  function approach() {
    const { clientWidth: width, clientHeight: height } = map.getContainer();
    const offset = width > 700 ? [200, 0] : [0, -0.3 * height];
    const duration = matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 400;
    map.easeTo({ center: where() ?? map.getCenter(), zoom: Math.max(map.getZoom(), NEAR_ZOOM), ...(where() ? { offset } : {}), duration });
  }

  function build() {
    const tool = (key, onclick) => h("button", { type: "button", class: "tool", onclick }, word(key));
    const choose = (event) => { kind = event.target.value; show(); };
    const kinds = h("fieldset", {}, h("legend", {}, word("draw.kind")), PROPOSAL_KINDS.map((each) => h("label", { class: "choice" }, h("input", { type: "radio", name: "draw-kind", value: each, checked: each === kind, onchange: choose }), word(`proposal.kind.${each}`))));
    const how = h("p", {});
    const undo = tool("draw.undo", () => { points.pop(); show(); });
    const effect = h("div", { "aria-live": "polite" });
    const save = h("a", { class: "tool", download: "drawn.geojson" }, word("draw.save"));
    const form = may("propose") ? proposalForm() : h("p", { class: "quiet" }, word("draw.closed"));
    const whole = h("div", {}, h("div", { class: "tools" }, tool("draw.effect", tryOut), may("propose") ? null : save), effect, form);
    const tools = h("div", { class: "tools" }, tool("draw.here", () => { const { lng, lat } = map.getCenter(); add(lng, lat); }), undo, tool("draw.end", end));
    return { all: [kinds, how, tools, whole], how, undo, effect, save, whole };
  }

  function proposalForm() {
    const error = h("p", { class: "alert", role: "alert" });
    const submit = h("button", { type: "submit", class: "primary" }, word("draw.propose"));
    const form = h("form", { class: "decide", novalidate: true },
      h("label", { class: "line", for: "draw-role" }, h("span", {}, word("draw.role")), h("select", { id: "draw-role", name: "role" }, PROPOSAL_ROLES.map((role) => h("option", { value: role }, word(`proposal.role.${role}`))))),
      h("label", { class: "line", for: "draw-remark" }, h("span", {}, word("draw.remark")), h("textarea", { id: "draw-remark", name: "remark", rows: 2, maxlength: PROPOSAL_REMARK_MOST })),
      h("p", { class: "quiet" }, word("draw.noNames")), error, submit);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      submit.disabled = true;
      try {
        const { properties } = await send("POST", "/edit-proposals", { ...proposed(), ...Object.fromEntries(new FormData(form)) });
        told = word("draw.saved", { id: properties.proposal_id });
        await readProposals();
        end();
        onSaved();
      } catch (problem) {
        error.textContent = problem.message;
        submit.disabled = false;
      }
    });
    return form;
  }

  async function tryOut() {
    const { effect } = parts;
    const asked = JSON.stringify(proposed());
    fill(effect, h("p", { class: "quiet" }, word("page.loading")));
    const said = await send("POST", "/edit-proposals/effect", proposed()).then(
      ({ sentences }) => sentences[lang].map((text) => h("p", { class: "says" }, text)),
      ({ message }) => [h("p", { class: "alert" }, message)],
    );
    // The line may be another by now.
    if (drawing() && asked === JSON.stringify(proposed())) fill(effect, said);
  }

  function show() {
    const dots = points.map((coordinates) => ({ type: "Feature", properties: {}, geometry: { type: "Point", coordinates } }));
    const whole = points.length > 1;
    map.getSource("draw").setData({ ...EMPTY, features: whole ? [edit(), ...dots] : dots });
    parts.how.textContent = word(`draw.how.${kind}`);
    parts.undo.disabled = !points.length;
    parts.whole.hidden = !whole;
    fill(parts.effect);
    if (whole) parts.save.href = URL.createObjectURL(new Blob([JSON.stringify({ ...EMPTY, features: [edit()] })], { type: "application/geo+json" }));
  }

  function add(...lngLat) {
    points.push(lngLat.map((degrees) => Number(degrees.toFixed(7))));
    show();
  }

  map.on("click", ({ lngLat }) => { if (drawing()) add(lngLat.lng, lngLat.lat); });

  // Who closes the card, or opens another, draws no more.
  new MutationObserver(() => { if (drawing() && ($("card").hidden || !box.isConnected)) end(); }).observe($("card"), { attributes: true, childList: true, subtree: true });

  offer = () => {
    if (!drawing()) {
      told = "";
      end();
    }
    return box;
  };
}
