// One plan: what it brings, how sure it is, where and in which order, and what stands beside it.

import { fill, h } from "./dom.js";
import { badge, doing } from "./decisions.js";
import { sign } from "./panel.js";
import { get, state } from "./store.js";
import { statusOf } from "./shown.js";
import { candidateImage, shown } from "./signs.js";
import { added, age, brackets, day, dayInJapan, joined, lang, listed, metres, minutes, named, often, people, said, word, yen } from "./words.js";

export async function readPlan(id) {
  const [body, items, reach] = await Promise.all([get(`/plans/${id}`), get(`/plans/${id}/items?limit=1000`), get(`/plans/${id}/catchments`)]);
  const features = items.features.map((feature) => ({ ...feature, properties: { ...feature.properties, choice: true } }));
  features.sort((a, b) => a.properties.rank - b.properties.rank);
  return { body, features, catchments: new Map(reach.features.map((feature) => [feature.properties.candidate_id, feature])) };
}

export const nameOfChoice = (properties) => said(properties, "venue_name");

const groupWord = (group) => (group.startsWith("single") ? word("page.single") : age(group));

// Of those newly reached: aged 75 and over, living alone, as far as the data tell.
export function further(properties) {
  const of = ([name, value]) => [groupWord(name.slice("newly_reached_".length)), value];
  return Object.entries(properties).filter(([name, value]) => name.startsWith("newly_reached_") && name !== "newly_reached_alone" && Number.isFinite(value)).map(of);
}

function row(feature, onPick) {
  const { properties } = feature;
  const gain = properties.days_unknown ? people(properties.newly_reached) : added(properties.newly_reached);
  const who = further(properties).map(([group, count]) => word("page.groupCount", { age: group, people: people(count) }));
  const { cost_max_yen: most } = properties;
  const cost = Number.isFinite(most) ? h("small", {}, `${word("page.firstYear")} `, h("span", { class: "whole-words" }, yen(most))) : null;
  return h("li", {}, h("button", { type: "button", class: "row", "data-id": properties.candidate_id, onclick: () => onPick("candidate", properties.candidate_id) },
    shown(candidateImage(properties.action, properties.rank, statusOf(feature)), 38),
    h("span", { class: "what" }, h("b", {}, nameOfChoice(properties)), h("small", {}, doing(properties), " ", badge(statusOf(feature))),
      who.length ? h("small", {}, joined(who)) : null, cost),
    h("span", { class: "count" }, gain)));
}

function others(body) {
  if (body.ask.k <= 1) return null;
  const place = (one) => one[lang] + brackets(often(one.target_class));
  const change = (key, names) => (names.length ? h("p", {}, named(word(key), listed(names))) : null);
  const turned = ({ before, after }) => `${after[lang]}${brackets(`${often(before.target_class)}→${often(after.target_class)}`)}`;
  const changes = (one) => [change("page.otherSpot", one.moved.map(place)), change("page.otherClass", one.changed.map(turned)), change("page.comesIn", one.added.map(place)), change("page.goesOut", one.dropped.map(place))];
  const figures = (one) => joined([word("plan.alternative.newly", { newly: people(one.newly_reached) }), Number.isFinite(one.first_year_yen) ? word("plan.alternative.yen", { yen: yen(one.first_year_yen) }) : ""]);
  const lines = body.alternatives.map((one) => h("li", { class: "says" },
    h("p", {}, h("b", {}, figures(one))), one.note[lang] ? h("p", {}, one.note[lang]) : null, changes(one), h("p", { class: "quiet" }, one.proof[lang])));
  return [h("h2", {}, word("page.others")), lines.length ? [h("p", { class: "quiet" }, word(body.ask.one_more ? "plan.alternative.more" : "plan.alternative.leaves")), h("ol", { class: "others" }, lines)] : h("p", { class: "quiet" }, word("page.noOthers"))];
}

function years(body) {
  if (!body.years.length) return null;
  const opens = (one) => listed(one.openings.map((site) => site[lang]));
  return [h("h2", {}, word("plan.page.years")), h("ul", {}, body.years.map((one) => h("li", { class: "says" },
    h("p", {}, one[lang]), one.openings.length ? h("p", { class: "quiet" }, opens(one)) : null)))];
}

const unitHead = (gap, area, body) => h("p", {}, sign(gap), " ", h("b", {}, area.area_name), ` ${age(body.totals.age_group)} ${people(area.residents)}`);

function noStreets(body) {
  if (!body.no_streets.length) return null;
  return [h("h2", {}, word("gap.no_streets")), h("p", { class: "quiet" }, word("plan.no_streets.note")),
    h("ul", {}, body.no_streets.map((area) => h("li", { class: "says" }, unitHead("no_streets", area, body))))];
}

function transport(body) {
  if (!body.needs_transport.length) return null;
  const line = (area) => {
    const far = area.walk_unit === "m" ? metres(area.walk) : minutes(area.walk / 60);
    const shared = Number.isFinite(area.walk) && area.site_ja ? word("page.transportShared", { site: area.site_ja, walk: far }) : null;
    const stop = area.nearest_stop ? word("page.transportStop", { stop: area.nearest_stop }) : null;
    return h("li", { class: "says" }, unitHead("needs_transport", area, body),
      [shared, stop].filter(Boolean).map((text) => h("p", {}, text)));
  };
  return [h("h2", {}, word("page.transportHead")), h("p", { class: "quiet" }, word("page.transportNote")), h("ul", {}, body.needs_transport.map(line))];
}

export function drawPlan(box, page, onBack) {
  const { body, features } = state.plan;
  const { first_year_yen: first, yearly_yen: yearly } = body.totals;
  const note = body.changed.length ? h("div", { class: "note" }, h("p", {}, h("b", {}, word("page.changedSince"))), body.changed.map((one) => h("p", {}, one[lang]))) : null;
  const costs = first > 0 && !body.years.length ? h("p", {}, named(word("page.ceilings"), word("page.ceilingText", { first: yen(first), yearly: yen(yearly) }))) : null;
  fill(box,
    h("button", { type: "button", class: "back", onclick: onBack }, `← ${word("page.toPlans")}`),
    h("h2", { id: "view-head", tabindex: -1 }, body.title || word("page.planNo", { id: body.plan_id })),
    h("p", { class: "quiet" }, joined([body.title ? word("page.planNo", { id: body.plan_id }) : "", day(dayInJapan(body.made_at))])),
    note, h("p", { class: "answer" }, body.sentence[lang]),
    h("p", { class: "proof" }, word("page.proof"), word("text.colon"), h("b", {}, body.proof[lang])),
    body.certified[lang] ? h("p", { class: "quiet" }, body.certified[lang]) : null,
    [...body.relaxation, ...body.crashed].map((one) => h("p", { class: "note" }, one[lang])), costs,
    said(body, "assumed").map((line) => h("p", { class: "note" }, `※ ${line}`)),
    h("p", {}, h("a", { class: "link", href: `/plans/${encodeURIComponent(body.plan_id)}/report?lang=${lang}`, target: "_blank", rel: "noopener" }, word("page.planReport"))),
    h("h2", {}, word("plan.page.ranked")),
    features.length ? h("ol", { class: "rows choices" }, features.map((feature) => row(feature, page.pick))) : h("p", { class: "quiet" }, word("page.noChoices")),
    years(body), others(body), transport(body), noStreets(body));
}
