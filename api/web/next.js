// Where next: a question in plain words, the work on it, and the plans made so far.

import { fill, h } from "./dom.js";
import { get, latest, may, send, shape, state, writeHash } from "./store.js";
import { drawPlan, readPlan } from "./plan.js";
import { day, dayInJapan, joined, lang, named, percent, word, yen } from "./words.js";

const POLL_MS = 500;
const OTHERS = 3;
const GOALS = {
  most_reached: ["most_reached", "worst_unit_first"],
  worst_unit_first: ["worst_unit_first", "most_reached"],
  shortest_walk: ["shortest_walk", "most_reached"],
  fewest_places: ["fewest_places", "shortest_walk"],
};
// What is asked in numbers: its name, its unit, the least and the most.
const MAN = 10_000;
const FIELDS = {
  most: { label: "page.boundMost", unit: "places", low: 1, high: 100 },
  yen: { label: "page.boundYen", unit: "yen", low: 1, high: 1_000_000 },
  reach: { label: "page.boundReach", unit: "pct", low: 1, high: 100 },
  years: { label: "page.yearsN", unit: "years", low: 1, high: 10 },
  yearly: { label: "page.yearsYen", unit: "yen", low: 1, high: 1_000_000 },
  visits: { label: "page.yearsVisits", unit: "places", low: 1, high: 100, optional: true },
};
// What bounds a plan: the fields that are asked, and what of the question they make.
const BOUNDS = {
  most: { fields: ["most"], asked: () => ({ most: draft.most }) },
  yen: { fields: ["yen"], asked: () => ({ budget_yen: draft.yen * MAN }) },
  reach: { fields: ["reach"], asked: () => ({ reach_pct: draft.reach }) },
  years: {
    fields: ["years", "yearly", "visits"],
    asked: () => ({ years_yen: Array(draft.years).fill(draft.yearly * MAN), carry: draft.carry, ...(Number.isInteger(draft.visits) ? { visits: draft.visits } : {}) }),
  },
};

// What is typed stays while the page is drawn again.
const draft = { goal: "most_reached", bound: "most", most: 5, yen: 500, reach: 70, years: 3, yearly: 200, visits: NaN, carry: false, others: false, points: true, barrier_free: false };
let plans = [];
let work = null; // the work that runs: what the server says of it
let said = ""; // why the last one failed
let more = false;

// Over years the people newly reached are added up: no other goal is asked then.
const overYears = () => draft.goal === "most_reached" && draft.bound === "years";
function boundOf() {
  if (draft.goal === "fewest_places") return "reach";
  return draft.bound === "years" && !overYears() ? "most" : draft.bound;
}
const areaName = () => (state.asked.area ? shape(state.about.summary.council_layer, state.asked.area).properties.area_name : "");

function question() {
  const name = boundOf();
  const [goal, bound] = [word(`page.g_${draft.goal}`), overYears() ? word("page.yearsAmount", { years: draft.years, yen: yen(draft.yearly * MAN) }) : word("page.amount", { n: draft[name], unit: word(`page.u_${FIELDS[name].unit}`) })];
  return {
    title: joined([areaName() || word("page.wholeCity"), goal, bound]),
    council: state.asked.area,
    objectives: overYears() ? [draft.goal] : GOALS[draft.goal],
    ...BOUNDS[name].asked(),
    k: draft.others && !overYears() ? OTHERS : 1,
    ...(draft.points ? {} : { points_max: 0 }),
    barrier_free: draft.barrier_free,
  };
}

function wrong() {
  const { fields } = BOUNDS[boundOf()];
  const field = fields.find((name) => {
    const { low, high, optional } = FIELDS[name];
    const value = draft[name];
    return !(optional && Number.isNaN(value)) && !(Number.isInteger(value) && value >= low && value <= high);
  });
  if (!field) return "";
  const { label, low, high } = FIELDS[field];
  const range = word("page.badNumber", { low, high });
  return fields.length > 1 ? named(word(label), range) : range;
}

function goals(page) {
  return h("fieldset", {}, h("legend", {}, word("page.askGoal")), Object.keys(GOALS).map((goal) => h("label", { class: "choice" },
    h("input", { type: "radio", name: "goal", value: goal, checked: goal === draft.goal, onchange: () => { draft.goal = goal; page.redraw(`goal-${goal}`); }, id: `goal-${goal}` }), h("span", {}, word(`page.g_${goal}`)))));
}

function amount(name) {
  const { label, unit, low, high } = FIELDS[name];
  return [h("input", { type: "number", id: `ask-${name}`, inputmode: "numeric", min: low, max: high, step: 1, value: Number.isNaN(draft[name]) ? "" : draft[name], "aria-label": word(label), oninput: (event) => { draft[name] = event.target.valueAsNumber; } }), h("span", {}, word(`page.u_${unit}`))];
}

const years = () => h("div", { class: "years" },
  BOUNDS.years.fields.map((name) => h("div", { class: "bound" }, h("label", { for: `ask-${name}` }, word(FIELDS[name].label)), h("div", { class: "amount" }, amount(name)))),
  tick("carry", word("page.yearsCarry")));

function bounds(page) {
  if (draft.goal === "fewest_places") return h("fieldset", {}, h("legend", {}, word("page.boundReach")), h("div", { class: "amount" }, amount("reach")));
  const choose = (name) => { draft.bound = name; page.redraw(`bound-${name}`); };
  const one = (name, text) => h("div", { class: "bound" },
    h("label", { class: "choice" }, h("input", { type: "radio", name: "bound", id: `bound-${name}`, value: name, checked: boundOf() === name, onchange: () => choose(name) }), h("span", {}, text)),
    boundOf() === name && name !== "years" ? h("div", { class: "amount" }, amount(name)) : null);
  return h("fieldset", {}, h("legend", {}, word("page.askBound")), one("most", word("page.boundMost")), one("yen", word("page.boundYen")),
    draft.goal === "most_reached" ? one("years", word("page.boundYears")) : null, overYears() ? years() : null);
}

const tick = (name, text) => h("label", { class: "choice" }, h("input", { type: "checkbox", checked: draft[name], onchange: (event) => { draft[name] = event.target.checked; } }), h("span", {}, text));

function form(page) {
  const councils = [...state.shapes.get(state.about.summary.council_layer).values()].map(({ properties }) => [properties.area_id, properties.area_name]);
  const problem = h("p", { class: "alert", role: "alert" }, said);
  const box = h("form", { class: "ask", novalidate: true },
    h("label", { class: "line", for: "ask-area" }, h("span", {}, word("page.askArea")), h("select", { id: "ask-area", onchange: (event) => page.change("area", event.target.value) },
      [["", word("page.wholeCity")], ...councils].map(([value, text]) => h("option", { value, selected: value === state.asked.area }, text)))),
    goals(page), bounds(page),
    h("details", { class: "fold", open: more, ontoggle: (event) => { more = event.target.open; } }, h("summary", {}, word("page.askMore")),
      overYears() ? null : tick("others", word("page.askOthers")), tick("points", word("page.askPoints")), tick("barrier_free", word("page.askBarrierFree"))),
    problem, h("button", { type: "submit", class: "primary" }, word("page.makePlan")));
  box.addEventListener("submit", (event) => {
    event.preventDefault();
    problem.textContent = wrong();
    if (!problem.textContent) begin(page);
  });
  return box;
}

function progress() {
  const bar = h("progress", { max: 1, "aria-label": word("page.makePlan") });
  const step = h("p", { role: "status" });
  const gap = h("p", { class: "quiet" });
  const stop = h("button", { type: "button", class: "more", id: "stop-plan", onclick: () => { work.stop = true; draw(); } }, word("page.stop"));
  const draw = () => {
    const { info, stop: stopping } = work;
    if (info) bar.value = info.progress / 100; else bar.removeAttribute("value");
    const text = stopping ? word("page.stopping") : (info?.status === "accepted" ? word("page.waiting") : (info?.step ? word(`step.${info.step}`) : word("step.plan.read")));
    if (step.textContent !== text) step.textContent = text;
    gap.textContent = Number.isFinite(info?.gap_pct) ? word("page.gapSoFar", { gap: percent(Math.ceil(info.gap_pct * 10) / 10) }) : "";
    stop.disabled = stopping;
  };
  work.draw = draw;
  draw();
  return h("section", { class: "work" }, bar, step, gap, stop);
}

const pause = () => new Promise((resolve) => { setTimeout(resolve, POLL_MS); });
const running = (info) => ["accepted", "running"].includes(info.status) || info.ending;

async function begin(page) {
  const mine = { info: null, stop: false, told: false, draw: () => {} };
  work = mine;
  said = "";
  page.redraw("stop-plan");
  try {
    mine.info = await send("POST", "/plans", question());
    while (running(mine.info)) {
      mine.draw();
      await pause();
      const { jobID: id } = mine.info;
      const asked = mine.stop && !mine.told;
      mine.told ||= mine.stop;
      mine.info = asked ? await send("DELETE", `/jobs/${id}`) : await get(`/jobs/${id}`);
    }
    if (mine.info.status === "failed") said = lang === "ja" ? mine.info.message_ja : mine.info.message;
    if (mine.info.status === "dismissed" && !mine.info.plan_id) said = word("page.stopped");
  } catch (error) {
    said = error.message;
  }
  work = null;
  const { plan_id: made } = mine.info ?? {};
  if (made && state.view === "next") await openPlan(made, page);
  else { await readPlans(); page.redraw(); }
}

const readPlans = () => latest("plans", () => get("/plans"), (found) => { plans = found; });

export async function openPlan(id, page) {
  const opened = await latest("plan", () => (id ? readPlan(id) : readPlans()), (plan) => {
    state.planId = id;
    state.plan = id ? plan : null;
  });
  if (!opened) return;
  writeHash();
  page.mapAgain();
  page.redraw("view-head");
  if (state.plan) page.showAll(state.plan.features);
}

// What the view needs before it can be drawn.
export async function readNext() {
  await readPlans();
  if (!state.planId || state.plan?.body.plan_id === state.planId) return;
  const known = plans.some((plan) => plan.plan_id === state.planId);
  if (!known) [state.planId, state.plan] = ["", null];
  else await latest("plan", () => readPlan(state.planId), (plan) => { state.plan = plan; });
}

function row(plan, page) {
  const head = plan.title || word("page.planNo", { id: plan.plan_id });
  const detail = joined([plan.title ? word("page.planNo", { id: plan.plan_id }) : "", day(dayInJapan(plan.made_at)), plan.proof[lang]]);
  return h("li", {}, h("button", { type: "button", class: "row", "data-id": plan.plan_id, onclick: () => page.attempt(() => openPlan(plan.plan_id, page)) },
    h("span", { class: "what" }, h("b", {}, head), h("small", {}, plan.sentence[lang]), h("small", {}, detail),
      plan.changed.length ? h("small", { class: "changed" }, `※ ${word("page.changedShort")}`) : null)));
}

export function drawNext(box, page) {
  if (state.plan) return drawPlan(box, page, () => page.attempt(() => openPlan("", page)));
  const editing = may("plan");
  const head = h("h2", { id: "view-head", tabindex: -1 }, word("page.nextHead"));
  if (work) return fill(box, head, progress());
  const list = plans.length ? [h("h2", {}, word("page.plansHead")), h("ol", { class: "rows plans" }, plans.map((plan) => row(plan, page)))] : null;
  if (!editing) return fill(box, head, h("p", {}, word(plans.length ? "page.plansReadOnly" : "page.noPlansReadOnly")), list);
  return fill(box, head, form(page), list ?? h("p", { class: "quiet" }, word("page.noPlans")));
}
