// The page: reads once, draws, and answers to what is chosen.

import { $, fill, h } from "./dom.js";
import { drawAbout, drawLegend } from "./about.js";
import { cardOf, drawCard } from "./card.js";
import { createDrawing, wrongWay } from "./draw.js";
import { createFinder } from "./finder.js";
import { letters } from "./letters.js";
import { drawLists } from "./lists.js";
import { drawChoices, drawCounts, drawMessage } from "./panel.js";
import { isExact, latest, refresh, shape, start, state, writeHash } from "./store.js";
import { createTown, settled } from "./town.js";
import { createViews } from "./views.js";
import { drawWeek } from "./week.js";
import { drawWho } from "./who.js";
import { createWhy } from "./why.js";
import { catalogueOf, lang, named, speak, word } from "./words.js";

let town = null;
let why = null;
let views = null;
let picked = null;
let opener = null;
let started = false;

function drawHeader() {
  const { municipality, council_layer: councils } = state.about.summary;
  $("city").textContent = lang === "ja" ? municipality.name : municipality.name_en;
  $("title").textContent = word("page.title");
  document.title = `${$("city").textContent} ${word("page.title")}`;
  $("fictional").hidden = !municipality.fictional;
  $("fictional").textContent = word("page.fictional");
  drawWho();
  $("exact").hidden = !isExact();
  $("exact").textContent = word("view.exact");
  $("area-label").textContent = word("page.area");
  $("find").placeholder = word("page.find");
  $("find").setAttribute("aria-label", word("page.find"));
  const areas = [...state.shapes.get(councils).values()].map(({ properties }) => [properties.area_id, properties.area_name]);
  fill($("area"), [["", word("page.wholeCity")], ...areas].map(([value, text]) => h("option", { value, selected: value === state.asked.area }, text)));
  $("lang-ja").textContent = word("page.japanese");
  $("lang-ja").setAttribute("aria-pressed", String(lang === "ja"));
  $("lang-en").setAttribute("aria-pressed", String(lang === "en"));
}

function drawFigures() {
  drawMessage();
  drawCounts();
  drawWeek();
  drawLists(pick);
  drawChoices(change);
}

function drawAll() {
  const here = why?.where();
  drawHeader();
  drawFigures();
  drawAbout();
  views.draw();
  drawLegend((group, on) => town.toggle(group, on));
  if (picked) drawCard(cardOf(...picked), closeCard, decided);
  if (here) why.again(here);
}

// Beside a card there is no room for the legend, unless the map is very wide.
let foldedLegend = false;

function foldLegend(fold) {
  const legend = $("legend");
  if (fold && legend.open && $("map").clientWidth < 1100) {
    legend.open = false;
    foldedLegend = true;
  } else if (!fold && foldedLegend) {
    legend.open = true;
    foldedLegend = false;
  }
}

function closeCard() {
  picked = null;
  drawCard(null);
  foldLegend(false);
  town.choose(null);
  town.catchment(null);
  const { id } = opener?.dataset ?? {};
  if (opener?.isConnected) opener.focus();
  else if (id) document.querySelector(`.row[data-id="${CSS.escape(id)}"]`)?.focus();
  opener = null;
}

async function pick(kind, id) {
  if (!kind) return closeCard();
  if (kind === "council") return change("area", id);
  const card = cardOf(kind, id);
  if (!card) return closeCard();
  picked = [kind, id];
  const fromList = document.activeElement?.closest("#lists, #view, .finder");
  opener = fromList ? document.activeElement : null;
  drawCard(card, closeCard, decided);
  if (card.unreached) $("card").append(wrongWay());
  foldLegend(true);
  town.choose(card.feature);
  const catchment = card.feature?.properties.choice ? state.plan.catchments.get(id) : null;
  town.catchment(catchment);
  if (fromList) {
    town.show(catchment?.geometry ?? card.feature?.geometry);
    $("card").focus({ preventScroll: true });
    if (matchMedia("(max-width: 760px)").matches) $("map-box").scrollIntoView({ block: "start" });
  }
  return undefined;
}

// A decision was recorded: the card says so, and the signs of the list and the map.
function decided() {
  drawAll();
  town.update();
  const box = $("card").querySelector(".decision");
  box?.prepend(h("p", { class: "saved", role: "status" }, word("page.saved")));
  $("card").focus({ preventScroll: true });
}

const together = (features) => ({ coordinates: features.filter(({ geometry }) => geometry).map(({ geometry }) => geometry.coordinates) });

const tools = {
  pick, change, closeCard, attempt: (work) => attempt(work),
  show: (geometry) => town.show(geometry),
  showAll: (features) => { const all = together(features); if (all.coordinates.length) town.show(all); },
  mapAgain: () => town.update(),
};

async function change(name, value) {
  state.asked[name] = value;
  writeHash();
  await attempt(async () => {
    if (!(await refresh().catch(back))) return;
    drawAll();
    town.update();
    if (name === "area") {
      opener = null;
      closeCard();
      const chosen = shape(state.about.summary.council_layer, value);
      if (chosen) town.show(chosen.geometry); else town.home();
    }
  });
}

// What could not be read is not chosen: who asks for it again asks the server again.
function back(problem) {
  state.asked = { ...state.answered };
  writeHash();
  drawAll();
  throw problem;
}

let pending = 0;

// What failed stays said until something is asked again.
async function attempt(work) {
  const wait = $("wait");
  pending += 1;
  wait.classList.remove("failed");
  wait.textContent = started ? word("page.loading") : "…";
  wait.hidden = false;
  try {
    await work();
  } catch (error) {
    wait.textContent = lang ? named(word("page.failed"), error.message) : error.message;
    wait.classList.add("failed");
    console.error(error);
  }
  pending -= 1;
  if (!pending && !wait.classList.contains("failed")) wait.hidden = true;
}

async function changeLanguage(wanted) {
  if (!(await latest("words", () => catalogueOf(wanted), speak))) return;
  const address = new URL(location.href);
  address.searchParams.set("lang", lang);
  history.replaceState(null, "", address);
  drawAll();
}

function listen() {
  $("area").addEventListener("change", (event) => change("area", event.target.value));
  $("lang-ja").addEventListener("click", () => attempt(() => changeLanguage("ja")));
  $("lang-en").addEventListener("click", () => attempt(() => changeLanguage("en")));
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && picked) closeCard(); });
  createFinder(pick);
}

await attempt(async () => {
  speak(await catalogueOf(document.documentElement.lang));
  await Promise.all([start(), letters()]);
  started = true;
  $("legend").open = !matchMedia("(max-width: 760px)").matches;
  drawHeader();
  drawFigures();
  drawAbout();
  views = createViews(tools);
  await views.start();
  views.draw();
  town = await createTown(pick);
  createDrawing(town.map, { onSaved: () => { views.draw(); town.update(); }, where: () => why.where() });
  why = createWhy(town.map);
  drawLegend((group, on) => town.toggle(group, on));
  listen();
  await settled(town.map);
  window.arukebaReady = true;
  document.documentElement.dataset.ready = "true";
});
