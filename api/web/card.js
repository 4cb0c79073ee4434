// Cards: the figures of one area, place or candidate.

import { $, facts, fill, h } from "./dom.js";
import { decisionBox, doing, toDo } from "./decisions.js";
import { further, nameOfChoice } from "./plan.js";
import { candidateBy, statusOf } from "./shown.js";
import { candidateImage, cutOff, shown, stopped } from "./signs.js";
import { askedLimit, isMain, shape, state } from "./store.js";
import { RESIDENTS_OF } from "./vocabulary.js";
import { placeSign } from "./lists.js";
import { daysUnknown, figureText, layerOf, reportLink, sign, undecidedOf } from "./panel.js";
import { age, approximately, brackets, capital, date, joined, label, lang, limit, number, often, oftenOf, people, peopleShare, percent, said, way, word, yen } from "./words.js";

const nameOfCouncil = (id) => shape(state.about.summary.council_layer, id)?.properties.area_name;
// A figure that is not there leaves its row out.
const known = (value, say) => (Number.isFinite(value) ? say(value) : null);

const missingText = () => [capital(word("unreached")), h("small", {}, ` ${joined([limit(askedLimit()), often(state.asked.frequency)])}`)];

function areaCard(figures) {
  if (!figures) return null;
  const unreached = Number.isFinite(figures.residents) && Number.isFinite(figures.reached) ? figures.residents - figures.reached : null;
  const layer = layerOf(figures.layer);
  return {
    head: approximately(figures, figures.area_name), lead: label(layer), feature: shape(figures.layer, figures.area_id),
    body: [daysUnknown(figures, state.asked.frequency, figures.area_name), big(missingText(), unreached), undecidedLine(figures), facts([
      [age(figures.age_group), figureText(figures.residents)],
      [capital(word("reached")), known(figures.reached, (reached) => peopleShare(reached, figures.coverage_pct, figures.residents))],
      [word("page.own"), known(figures.reached_own_area, people)],
      [word("page.group.l_places"), word("text.places", { n: number(figures.places_n) })],
    ])],
    council: figures.layer === state.about.summary.council_layer ? figures.area_id : null,
  };
}

const undecidedLine = (figures) => (undecidedOf(figures) ? say(word("page.hangs", { people: people(undecidedOf(figures)) })) : null);

function big(name, value) {
  return h("p", { class: "big" }, h("span", {}, name), h("strong", { class: Number.isFinite(value) ? null : "words" }, figureText(value)));
}

function unitCard(unit) {
  if (!unit) return null;
  const layer = layerOf(unit.layer);
  const others = Object.entries(RESIDENTS_OF).filter(([, group]) => group !== state.asked.age_group);
  return {
    head: approximately(unit, unit.area_name), lead: joined([label(layer), nameOfCouncil(unit.council_id)]), feature: shape(unit.layer, unit.area_id),
    body: [
      h("p", { class: "class" }, sign(unit.gap), " ", word(`gap.${unit.gap}`)),
      big(missingText(), unit.unreached),
      undecidedLine(unit),
      isMain() ? say(said(unit, "sign_note")) : null,
      facts([
        [age(state.asked.age_group), figureText(unit.residents)],
        ...others.map(([column, group]) => [age(group), known(unit[column], people)]),
        [capital(word("reached")), known(unit.reached, (reached) => peopleShare(reached, unit.coverage_pct, unit.residents))],
        [word("page.own"), known(unit.reached_own_area, people)],
        [capital(word("nearest")), nearest(unit)],
      ]),
      say(said(unit, "why")),
      unit.nearest_place_name && state.about.doubt[lang] ? h("p", { class: "quiet doubt" }, state.about.doubt[lang]) : null,
    ],
    council: unit.council_id, unreached: unit.unreached >= 0.5,
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
    head: properties.name, lead: joined([oftenOf(properties), nameOfCouncil(properties.council_id)]), feature: place, icon: placeSign(properties, 34),
    body: [
      stopped(properties) || properties.status === "at_risk" ? h("p", { class: "note" }, word(`status.${properties.status}`)) : null,
      cutOff(properties) ? h("p", { class: "note" }, word("place.cut", { why: said(properties, "unsnapped_why") })) : null,
      properties.stand_in ? h("p", { class: "note" }, word("place.stand_in")) : null,
      properties.blurred ? h("p", { class: "note" }, word("page.blurred")) : null,
      facts([
        [word("page.when"), properties.schedule_text && properties.schedule_assumed ? joined([properties.schedule_text, word("assumed.mark")]) : properties.schedule_text],
        [word("page.read"), said(properties, "schedule_read")],
        [word("page.unread"), properties.schedule_unread],
        [word("report.kind"), properties.kind],
        [word("page.sessions"), Number.isFinite(properties.sessions_per_month) ? String(Math.round(10 * properties.sessions_per_month) / 10) : null],
        [word("page.residentsReached") + brackets(joined([age(state.about.parameters.age_group), limit(state.about.parameters)])), known(properties.residents_reached, people)],
        [word("page.since"), date(properties.opened_on)],
        [word("page.verified"), date(properties.verified_on)],
      ]),
    ],
  };
}

const gainOf = (properties) => capital(word(properties.days_unknown ? "page.decides" : "table.newly_reached"));
const starOf = (candidate) => shown(candidateImage(candidate.properties.action, candidate.properties.rank, statusOf(candidate)), 40);
const leadOf = (text, properties) => joined([text, nameOfCouncil(properties.council_id)]);

// A place of a plan: whom it brings, what it costs at most, why it is in.
function choiceCard(choice) {
  const { properties } = choice;
  return {
    head: nameOfChoice(properties), lead: leadOf(doing(properties), properties), feature: choice, icon: starOf(choice), decidable: choice,
    body: [
      big(gainOf(properties) + brackets(age(state.plan.body.totals.age_group)), properties.newly_reached),
      properties.blurred ? h("p", { class: "note" }, word("page.blurred")) : null,
      say(said(properties, "reasons")),
      facts([
        ...further(properties).map(([group, count]) => [word("page.newlyOf", { age: group }), people(count)]),
        [word("page.marginal"), known(properties.marginal, people)],
        [word("page.firstYear"), known(properties.cost_max_yen, yen)],
        [word("page.everyYear"), known(properties.yearly_max_yen, yen)],
        [word("page.perPerson"), known(properties.yen_per_newly_reached, yen)],
        [word("page.after"), known(properties.coverage_after_pct, (pct) => percent(pct))],
        [word("page.overlap"), known(properties.overlap_pct, (pct) => percent(pct))],
        [word("page.stays"), known(properties.stays_pct, (pct) => percent(pct))],
        [word(properties.days_unknown ? "page.gained.decides" : "page.gained"), properties.units_gained],
        [word("page.hazards"), properties.hazards],
        [word("report.kind"), properties.kind],
        [word("page.address"), properties.address],
      ]),
    ],
  };
}

function candidateCard(candidate) {
  if (!candidate) return null;
  const { properties } = candidate;
  if (properties.choice) return choiceCard(candidate);
  if (properties.decided) {
    return { head: properties.name || word("page.noName"), lead: leadOf(doing(properties), properties), feature: candidate, icon: starOf(candidate), decidable: candidate, body: [] };
  }
  return {
    head: properties.venue_name, lead: leadOf(word(`action.${toDo(properties)}`), properties), feature: candidate, icon: starOf(candidate), decidable: candidate,
    body: [
      big(gainOf(properties), properties.newly_reached),
      properties.blurred ? h("p", { class: "note" }, word("page.blurred")) : null,
      say(said(properties, "reasons")),
      facts([
        [word("page.rank"), String(properties.rank)],
        [word("page.alone"), known(properties.newly_reached_alone, people)],
        [word(properties.days_unknown ? "page.gained.decides" : "page.gained"), properties.units_gained],
        [word("page.after"), known(properties.coverage_after_pct, (pct) => percent(pct))],
        [word("page.overlap"), known(properties.overlap_pct, (pct) => percent(pct))],
        [word("page.cost"), known(properties.cost_max_yen, yen)],
        [word("report.kind"), properties.kind],
        [word("page.address"), properties.address],
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
      h("button", { type: "button", class: "close", "aria-label": word("page.close"), onclick: onClose }, "✕")),
    card.body, h("div", { class: "marks" }, said(state.about, "assumed").map((line) => h("p", { class: "quiet" }, line))), card.decidable ? decisionBox(card.decidable, onDecided) : null, report);
}
