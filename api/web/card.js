// Cards: the figures of one area, place or candidate.

import { $, facts, fill, h } from "./dom.js";
import { decisionBox, doing } from "./decisions.js";
import { further, nameOfChoice } from "./plan.js";
import { candidateBy, statusOf } from "./shown.js";
import { candidateImage, shown, stopped } from "./signs.js";
import { askedLimit, shape, state } from "./store.js";
import { estimate, placeSign } from "./lists.js";
import { RESIDENTS_OF } from "./vocabulary.js";
import { figureText, layerOf, reportLink, sign } from "./panel.js";
import { age, date, label, lang, limit, number, often, people, percent, way, word, yen } from "./words.js";

const nameOfCouncil = (id) => shape(state.about.summary.council_layer, id)?.properties.area_name;
const withShare = (value, pct) => (Number.isFinite(value) ? `${people(value)}（${percent(pct)}）` : null);

const missingText = () => [word("unreached"), h("small", {}, ` ${limit(askedLimit())}・${often(state.asked.frequency)}`)];

function areaCard(figures) {
  if (!figures) return null;
  const { suppressed } = figures;
  const unreached = Number.isFinite(figures.residents) && Number.isFinite(figures.reached) ? figures.residents - figures.reached : null;
  const layer = layerOf(figures.layer);
  return {
    head: estimate(figures) + figures.area_name, lead: label(layer), feature: shape(figures.layer, figures.area_id),
    body: [big(missingText(), unreached, suppressed), facts([
      [age(figures.age_group), figureText(figures.residents, suppressed)],
      [word("reached"), withShare(figures.reached, figures.coverage_pct)],
      [word("own"), Number.isFinite(figures.reached_own_area) ? people(figures.reached_own_area) : null],
      [word("l_places"), number(figures.places_n)],
    ])],
    council: figures.layer === state.about.summary.council_layer ? figures.area_id : null,
  };
}

function big(name, value, suppressed) {
  return h("p", { class: "big" }, h("span", {}, name), h("strong", { class: Number.isFinite(value) ? null : "words" }, figureText(value, suppressed)));
}

function unitCard(unit) {
  if (!unit) return null;
  const layer = layerOf(unit.layer);
  const suppressed = unit.suppressed_now;
  const others = Object.entries(RESIDENTS_OF).filter(([, group]) => group !== state.asked.age_group);
  return {
    head: estimate(unit) + unit.area_name, lead: [label(layer), nameOfCouncil(unit.council_id)].filter(Boolean).join("・"), feature: shape(unit.layer, unit.area_id),
    body: [
      h("p", { class: "class" }, sign(unit.gap), " ", word(`gap.${unit.gap}`)),
      big(missingText(), unit.unreached, suppressed),
      facts([
        [age(state.asked.age_group), figureText(unit.residents, suppressed)],
        ...others.map(([column, group]) => [age(group), Number.isFinite(unit[column]) ? people(unit[column]) : null]),
        [word("reached"), withShare(unit.reached, unit.coverage_pct)],
        [word("own"), Number.isFinite(unit.reached_own_area) ? people(unit.reached_own_area) : null],
        [word("nearest"), nearest(unit)],
      ]),
      say(lang === "ja" ? unit.why : unit.why_en || unit.why),
    ],
    council: unit.council_id,
  };
}

const say = (text) => (text ? h("p", { class: "says" }, text) : null);

function nearest(unit) {
  const distance = way(unit);
  return unit.nearest_place_name ? h("span", {}, unit.nearest_place_name, h("br"), h("b", {}, distance)) : distance;
}

function placeCard(place) {
  if (!place) return null;
  const { properties } = place;
  return {
    head: properties.name, lead: [often(properties.frequency), nameOfCouncil(properties.council_id)].filter(Boolean).join("・"), feature: place, icon: placeSign(properties, 34),
    body: [
      stopped(properties) || properties.status === "at_risk" ? h("p", { class: "note" }, word(`status.${properties.status}`)) : null,
      properties.blurred ? h("p", { class: "note" }, word("blurred")) : null,
      facts([
        [word("when"), properties.schedule_text],
        [word("kind"), properties.kind],
        [word("sessions"), Number.isFinite(properties.sessions_per_month) ? String(Math.round(10 * properties.sessions_per_month) / 10) : null],
        [`${word("residentsReached")}（${age(state.about.parameters.age_group)}・${limit(state.about.parameters)}）`, Number.isFinite(properties.residents_reached) ? people(properties.residents_reached) : null],
        [word("since"), date(properties.opened_on)],
        [word("verified"), date(properties.verified_on)],
      ]),
    ],
  };
}

const starOf = (candidate) => shown(candidateImage(candidate.properties.action, candidate.properties.rank, statusOf(candidate)), 40);
const leadOf = (text, properties) => [text, nameOfCouncil(properties.council_id)].filter(Boolean).join("・");

// A place of a plan: whom it brings, what it costs at most, why it is in.
function choiceCard(choice) {
  const { properties } = choice;
  return {
    head: nameOfChoice(properties), lead: leadOf(doing(properties), properties), feature: choice, icon: starOf(choice), decidable: choice,
    body: [
      big(`${word("newly")}（${age(state.plan.body.totals.age_group)}）`, properties.newly_reached, properties.suppressed),
      properties.blurred ? h("p", { class: "note" }, word("blurred")) : null,
      say(lang === "ja" ? properties.reasons : properties.reasons_en || properties.reasons),
      facts([
        ...further(properties).map(([group, count]) => [word("newlyOf", { age: group }), people(count)]),
        [word("marginal"), Number.isFinite(properties.marginal) ? people(properties.marginal) : null],
        [word("firstYear"), yen(properties.cost_max_yen)],
        [word("everyYear"), yen(properties.yearly_max_yen)],
        [word("perPerson"), yen(properties.yen_per_newly_reached)],
        [word("after"), Number.isFinite(properties.coverage_after_pct) ? percent(properties.coverage_after_pct) : null],
        [word("overlap"), Number.isFinite(properties.overlap_pct) ? percent(properties.overlap_pct) : null],
        [word("stays"), Number.isFinite(properties.stays_pct) ? percent(properties.stays_pct) : null],
        [word("gained"), properties.units_gained],
        [word("hazards"), properties.hazards],
        [word("kind"), properties.kind],
        [word("address"), properties.address],
      ]),
    ],
  };
}

function candidateCard(candidate) {
  if (!candidate) return null;
  const { properties } = candidate;
  if (properties.choice) return choiceCard(candidate);
  if (properties.decided) {
    return { head: properties.name || word("noName"), lead: leadOf(doing(properties), properties), feature: candidate, icon: starOf(candidate), decidable: candidate, body: [] };
  }
  return {
    head: properties.venue_name, lead: leadOf(word(properties.action), properties), feature: candidate, icon: starOf(candidate), decidable: candidate,
    body: [
      big(word("newly"), properties.newly_reached, properties.suppressed),
      properties.blurred ? h("p", { class: "note" }, word("blurred")) : null,
      say(lang === "ja" ? properties.reasons : properties.reasons_en || properties.reasons),
      facts([
        [word("rank"), String(properties.rank)],
        [word("gained"), properties.units_gained],
        [word("after"), Number.isFinite(properties.coverage_after_pct) ? percent(properties.coverage_after_pct) : null],
        [word("overlap"), Number.isFinite(properties.overlap_pct) ? percent(properties.overlap_pct) : null],
        [word("cost"), yen(properties.cost_max_yen)],
        [word("kind"), properties.kind],
        [word("address"), properties.address],
      ]),
    ],
  };
}

const find = (list, key, id) => list.find((each) => each.properties[key] === id);

export function cardOf(kind, id) {
  const { gap_layer: gapLayer } = state.about.summary;
  const unit = state.units.find((each) => each.area_id === id);
  if (kind === "unit" || (kind === "area" && state.asked.layer === gapLayer && unit)) return unitCard(unit);
  if (kind === "area") return areaCard(state.coverage.get(id));
  if (kind === "council") return null;
  return kind === "place" ? placeCard(find(state.places, "place_id", id)) : candidateCard(candidateBy(id));
}

export function drawCard(card, onClose, onDecided) {
  const box = $("card");
  box.hidden = !card;
  if (!card) return fill(box);
  const report = nameOfCouncil(card.council) ? h("p", {}, reportLink(card.council, nameOfCouncil(card.council))) : null;
  return fill(box,
    h("div", { class: "card-head" }, card.icon, h("div", {}, h("h2", { id: "card-title" }, card.head), h("p", { class: "lead" }, card.lead)),
      h("button", { type: "button", class: "close", "aria-label": word("close"), onclick: onClose }, "✕")),
    card.body, card.decidable ? decisionBox(card.decidable, onDecided) : null, report);
}
