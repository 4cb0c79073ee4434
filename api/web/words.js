// The words of the one catalogue (data/words), and how figures, limits, walks and dates are written.
// services/words/texts.py writes the same; tests/services/words/examples.json holds both to it.

import { FREQUENCIES } from "./vocabulary.js";

export let lang = "";
let words = {};

export async function catalogueOf(wanted, page = "") {
  const answer = await fetch(`/words/${wanted}.json${page && `?of=${page}`}`);
  if (!answer.ok) throw new Error(`/words/${wanted}.json: ${answer.status} ${answer.statusText}`);
  return [wanted, await answer.json()];
}

export function speak([wanted, catalogue]) {
  [lang, words] = [wanted, catalogue];
  document.documentElement.lang = lang;
}

function template(key) {
  if (!(key in words)) console.error(`no words for ${key} in ${lang}`);
  return words[key] ?? key;
}

export const word = (key, values = {}) => template(key).replace(/\{(\w+)\}/g, (_, name) => values[name]);

// The same around elements: a sentence in which a figure is set larger.
export const parts = (key, values) => template(key).split(/\{(\w+)\}/).map((text, i) => (i % 2 ? values[text] : text));

export const capital = (text) => text[0].toUpperCase() + text.slice(1);
export const joined = (texts) => texts.filter(Boolean).join(word("text.joint"));
export const listed = (names) => names.join(word("text.list"));
export const brackets = (text) => word("text.brackets", { text });
export const named = (name, text) => `${name}${word("text.colon")}${text}`;
export const approximately = (thing, name) => (thing.approximate ? word("text.approximate", { name }) : name);

// How often a place meets: the class itself, with the more frequent ones, as a kind of place, as a place.
export const often = (frequency) => word(frequency ? `frequency.${frequency}` : "page.no_schedule");
// Of a place: what is known and comes less than monthly is no unknown schedule.
export const oftenOf = ({ frequency, sessions_per_month: sessions }) => (frequency || !(sessions > 0) ? often(frequency) : word("frequency.rare"));
export const orMore = (frequency) => capital(frequency === FREQUENCIES.at(-1) ? often(frequency) : word("frequency.at_least", { frequency: often(frequency) }));
export const typeOf = (frequency) => capital(word("frequency.type", { frequency: often(frequency) }));
export const placeOf = (frequency) => word("frequency.place", { frequency: often(frequency) });

const NO_FIGURE = "−";
const CLIMB_WORTH_SAYING_M = 5;
const isFigure = (value) => typeof value === "number" && Number.isFinite(value);
const unit = (key, value, say = number) => (isFigure(value) ? word(key, { n: say(value) }) : NO_FIGURE);

// One decimal; what lies exactly between two goes to the even one, as Python has it.
function tenths(value) {
  const between = Number.isInteger(4 * value) && !Number.isInteger(2 * value);
  const below = Math.floor(10 * value);
  return (between ? (below + (below % 2 ? 1 : 0)) / 10 : value).toFixed(1);
}

export const number = (value) => (isFigure(value) ? Math.floor(value + 0.5).toLocaleString("en-US") : NO_FIGURE);

// Below it a number of persons from 1 on is told as few; 0 tells every number. Of the page's view.
let fewBelow = 0;
export function tellFew(below) { fewBelow = below; }
const isFew = (value, few) => isFigure(value) && Math.floor(value + 0.5) >= 1 && Math.floor(value + 0.5) < few;

export const people = (value, few = fewBelow) => (isFew(value, few) ? word("text.few", { n: few }) : unit("text.people", value));
export const added = (value, few = fewBelow) => (isFigure(value) && !isFew(value, few) ? `+${people(value, few)}` : people(value, few));
// A share of a whole; both are asked for, so that how it is written may depend on how many it is of.
export const percent = (pct, _whole = null) => unit("text.percent", pct, tenths);
export const metres = (value) => unit("text.metres", value);
export const minutes = (value) => unit("text.minutes", value, (min) => number(Math.max(1, min)));
export const yen = (value) => unit("text.yen", value);
export const peopleShare = (part, pct, whole = null, few = fewBelow) => people(part, few) + (isFigure(pct) ? brackets(percent(pct, whole)) : "");

// A limit: 500m, 10分, or 500m・10分 where both must hold.
export function limit({ walk_limit_m: m, walk_limit_min: min }) {
  const said = [isFigure(m) ? metres(m) : "", isFigure(min) ? unit("text.minutes", min, (exact) => String(Number(exact.toPrecision(6)))) : ""];
  return said.filter(Boolean).join(word("text.both")) || NO_FIGURE;
}

// A walk with what it costs: 890m・15分・のぼり12m・階段約40段.
export function walk(m, min, climb, steps) {
  return joined([
    metres(m), isFigure(m) && isFigure(min) ? minutes(min) : "",
    climb >= CLIMB_WORTH_SAYING_M ? word("walk.climb", { climb: metres(climb) }) : "",
    steps >= 1 ? word("walk.steps", { steps: number(steps) }) : "",
  ]);
}

// A unit's way to its nearest place.
// Whether a place of unknown days may be nearer, or the only one.
let unsure = false;
export function tellUnsure(any) { unsure = any; }
export function way({ nearest_place_walk_m: m, nearest_place_walk_min: min, nearest_place_climb_m: climb, nearest_place_steps: steps }) {
  return isFigure(m) ? walk(m, min, climb, steps) : word(unsure ? "page.noNearestKnown" : "page.noNearest");
}

export function age(group) {
  const [, from, low, high] = /^(?:(\d+)\+|(\d+)-(\d+))$/.exec(group) ?? [];
  if (group === "total") return word("age.total");
  if (from) return word("age.from", { low: from });
  return low ? word("age.between", { low, high }) : group;
}

const ERAS = [["2019-05-01", "reiwa"], ["1989-01-08", "heisei"], ["1926-12-25", "showa"]];

// 令和7年4月1日 (2025-04-01); a year or a month alone is named after the era in which it ends.
export function date(iso) {
  const text = (iso ?? "").trim();
  const short = day(text);
  return short === text ? iso ?? "" : `${short} (${text})`;
}

// The same without the figures, where there is little room.
export function day(iso) {
  const text = (iso ?? "").trim();
  const [, year, month, dayOfMonth] = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/.exec(text) ?? [];
  if (!year || lang !== "ja") return text;
  const exact = `${year}-${month ?? "12"}-${dayOfMonth ?? "25"}`;
  const at = new Date(`${exact}T00:00:00Z`);
  const era = ERAS.find(([first]) => exact >= first);
  if (Number.isNaN(at.getTime()) || at.toISOString().slice(0, 10) !== exact || !era) return text;
  const count = Number(year) - Number(era[0].slice(0, 4)) + 1;
  const say = (key, n) => (n ? word(key, { n: Number(n) }) : "");
  const spoken = word("date.year", { era: word(`date.era.${era[1]}`), n: count === 1 ? word("date.first") : count });
  return spoken + say("date.month", month) + say("date.day", dayOfMonth);
}

const AHEAD_OF_UTC_MS = 9 * 3_600_000;

// The date in Japan of a moment, wherever the reader's clock stands; UTC where it names no zone.
export function dayInJapan(moment) {
  const zoned = /(?:Z|[+-]\d{2}:?\d{2})$/.test(moment) ? moment : `${moment}Z`;
  return new Date(Date.parse(zoned) + AHEAD_OF_UTC_MS).toISOString().slice(0, 10);
}

// A label that the data has in both languages.
export const label = (thing) => (lang === "ja" ? thing.label : thing.label_en || thing.label);
// A text of the data, whose English stands beside it.
export const said = (thing, name) => (lang !== "ja" && thing[`${name}_en`]?.length ? thing[`${name}_en`] : thing[name]);
