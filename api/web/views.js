// The screens beside the map: today, where next, scenarios, decisions, streets.

import { $, fill, h } from "./dom.js";
import { drawDecisions } from "./decisions.js";
import { drawNext, readNext } from "./next.js";
import { drawScenarios, readScenarios } from "./scenarios.js";
import { drawStreets, readProposals } from "./streets.js";
import { VIEWS, readDecisions, state, writeHash } from "./store.js";
import { word } from "./words.js";

const DRAW = { next: drawNext, scenarios: drawScenarios, decisions: drawDecisions, streets: drawStreets };
const READ = { next: readNext, scenarios: readScenarios, decisions: readDecisions, streets: readProposals };

function drawTabs(choose) {
  fill($("views"), VIEWS.map((view) => h("button", { type: "button", id: `view-${view}`, "aria-current": view === state.view ? "page" : null, onclick: () => choose(view) }, word(`page.v_${view}`))));
  $("views").setAttribute("aria-label", word("page.views"));
}

// On a phone the page scrolls, and the map above is left behind.
function toTop() {
  $("panel").scrollTop = 0;
  if (matchMedia("(max-width: 760px)").matches) $("views").scrollIntoView({ block: "start" });
}

// ``page`` is what a screen may do: pick, change, attempt, show, showAll, mapAgain, closeCard.
export function createViews(tools) {
  const page = { ...tools, redraw: (focus) => draw(focus) };

  // ``focus`` is the id of what gets the keyboard; the head of a screen starts at its top.
  function draw(focus = focused()) {
    drawTabs(choose);
    $("now").hidden = state.view !== "now";
    $("view").hidden = state.view === "now";
    if (state.view === "now") fill($("view")); else DRAW[state.view]($("view"), page);
    if (!focus) return;
    if (focus === "view-head") toTop();
    $(focus)?.focus({ preventScroll: focus === "view-head" });
  }

  // Who chooses something keeps the keyboard there, though all is drawn anew.
  function focused() {
    const { activeElement: active } = document;
    return active.closest("#view, #views") ? active.id : "";
  }

  async function choose(view) {
    state.view = view;
    writeHash();
    page.closeCard();
    await page.attempt(() => READ[view]?.());
    if (state.view !== view) return;
    draw(`view-${view}`);
    page.mapAgain();
    $("panel").scrollTop = 0;
  }

  return { draw, start: () => READ[state.view]?.() };
}
