// Every word that is shown, and how numbers, distances and dates are written.

import { CLASS_WORDS, FREQUENCIES } from "./vocabulary.js";
import { VIEW_WORDS } from "./words-views.js";

const WORDS = {
  ...VIEW_WORDS,
  title: ["歩いていける週1の場", "A weekly place on foot"],
  fictional: ["架空の町", "fictional town"],
  area: ["地域", "Area"],
  wholeCity: ["全体", "All"],
  find: ["さがす：町名・場の名前", "Find a neighbourhood or place"],
  nothingFound: ["見つかりません", "Nothing found"],
  loading: ["読みこんでいます…", "Loading…"],
  reached: ["届いている", "Reached"],
  unreached: ["届いていない", "Not reached"],
  hidden: ["−（{n}人未満のため非公開）", "− (fewer than {n}, not public)"],
  noResidents: ["−（この年齢の人は住んでいません）", "− (no residents of this age)"],
  needs: ["必要", "Needed"],
  have: ["いまあるもの", "There now"],
  make: ["つくるもの", "To be made"],
  needsHead: ["届いていない人が多い{unit}", "{unit}: most people not reached first"],
  haveHead: ["通いの場", "Gathering places"],
  makeHead: ["新しく届く人が多い候補地", "Candidates by residents newly reached"],
  nearest: ["いちばん近い週1の場", "Nearest weekly place"],
  noNearest: ["歩いていける週1の場がありません", "no weekly place can be walked to"],
  more: ["もっと見る（あと{n}）", "Show {n} more"],
  none: ["ありません", "None"],
  targets: ["目標", "Targets"],
  about_: ["約", "about "],
  layer: ["区分", "Areas"],
  limit: ["範囲", "Within"],
  age: ["年齢", "Age"],
  frequency: ["頻度", "How often"],
  about: ["前提と出典", "Assumptions and sources"],
  walkingCards: ["歩き方のすべての値と出どころ（A4）", "Every value of the walking profiles, with sources (A4)"],
  legend: ["凡例", "Legend"],
  close: ["閉じる", "Close"],
  report: ["{area}の報告書（A4）", "Report of {area} (A4)"],
  unmatched: ["このほかに{n}は、地図に地区が見つからず、届いているかわかりません", "Besides, the map lacks the areas of {n} residents: whether they are reached is unknown"],
  circle: ["まっすぐ{limit}の円なら{share}ですが、実際に歩ける道のりで数えています", "A circle of {limit} would claim {share}; these figures follow the streets"],
  estimate: ["推定", "estimate"],
  estimateNote: ["〜 は推定の区域です", "〜 marks estimated borders"],
  n_weekly_or_more: ["週1以上", "weekly"],
  n_monthly_only: ["月1だけ", "monthly"],
  n_none: ["場がない", "no place"],
  n_needs_transport: ["車が必要", "transport"],
  f_: ["開催日が不明", "schedule unknown"],
  upgrade: ["いまの場を週1に", "make it weekly"],
  open: ["新しくひらく", "open a new place"],
  council: ["地区", "Council area"],
  own: ["うち区域内の場", "by a place inside"],
  why: ["理由", "Why"],
  when: ["ひらく日", "When"],
  kind: ["種類", "Kind"],
  status: ["状態", "Status"],
  verified: ["確かめた日", "Verified"],
  since: ["はじまり", "Since"],
  residentsReached: ["この場に歩いてこられる人", "Residents who can walk here"],
  sessions: ["月の回数", "Sessions a month"],
  blurred: ["個人宅のため、おおよその位置を示しています", "A private home: its position is approximate"],
  rank: ["順位", "Rank"],
  action: ["すること", "What to do"],
  newly: ["新しく届く人", "Newly reached"],
  after: ["つくったあと", "Share afterwards"],
  overlap: ["いまの場と重なる", "Overlap"],
  cost: ["費用の上限", "Cost ceiling"],
  gained: ["場ができる区域", "Areas that gain a place"],
  reasons: ["理由", "Reasons"],
  venue: ["会場", "Venue"],
  address: ["住所", "Address"],
  "status.planned": ["計画中（協議体が採用）", "planned (adopted by its council)"],
  l_share: ["届いている人の割合", "Share reached"],
  l_people: ["届いていない人の数", "People not reached"],
  l_places: ["通いの場", "Gathering places"],
  l_gaps: ["区域のしるし", "Signs of the areas"],
  l_streets: ["道", "Streets"],
  l_candidates: ["候補地", "Candidates"],
  street_weekly: ["週1に届く", "weekly"],
  street_monthly: ["月1だけ届く", "monthly only"],
  street_none: ["届かない", "none"],
  notPublic: ["非公開・人が住んでいない", "not public, or nobody lives there"],
  privateHome: ["個人宅（およその位置）", "private home (approx.)"],
  candUpgrade: ["週1にする", "make weekly"],
  candOpen: ["新しくひらく", "open a new one"],
  assumption: ["前提", "Assumptions"],
  sources: ["出典", "Sources"],
  walking: ["歩き方", "Walking"],
  profile: ["歩き方", "Walking"],
  walkers: ["歩き方をかえると", "People who walk differently"],
  onlyMinutes: ["歩き方のちがいは、範囲を分にすると出ます", "How fast somebody walks matters within minutes, not within metres"],
  mainOnly: ["道・車・候補地は、{limit}・{walking}でのもの", "Streets, the sign 車 and candidates are those of {limit}, {walking}"],
  week: ["曜日と時間帯", "Weekdays"],
  week_weekly: ["毎週・{limit}以内", "every week, within {limit}"],
  week_monthly: ["月1回以上・{limit}以内", "monthly or more, within {limit}"],
  weekOf: ["この表は「{walking}」のときのものです", "This table is of: {walking}"],
  am: ["午前", "a.m."],
  pm: ["午後", "p.m."],
  d_0: ["月", "Mon"],
  d_1: ["火", "Tue"],
  d_2: ["水", "Wed"],
  d_3: ["木", "Thu"],
  d_4: ["金", "Fri"],
  d_5: ["土", "Sat"],
  d_6: ["日", "Sun"],
  hash: ["条件の指紋（SHA-256）", "Hash of the parameters (SHA-256)"],
  made: ["計算", "Computed"],
  software: ["ソフトウェア", "Software"],
  licence: ["ライセンス", "licence"],
  sensitivity: ["範囲をかえると", "With another limit"],
  byCircle: ["円なら", "by a circle"],
  privacy: ["{n}人未満の区域の人数は出しません", "Counts of areas with fewer than {n} are not shown"],
  frequencyRule: ["頻度", "Frequency"],
  transportRule: ["車のしるし", "The sign 車"],
  failed: ["データを読めませんでした", "The data could not be read"],
  mapLabel: ["地図", "Map"],
  tabs: ["一覧", "Lists"],
  moreOfIt: ["くわしく", "More"],
  fromHere: ["この場所から歩くと", "On foot from here"],
};

export let lang = "ja";

export function setLang(wanted) {
  lang = wanted === "en" ? "en" : "ja";
  document.documentElement.lang = lang;
}

export const word = (key, values = {}) =>
  (WORDS[key] ?? CLASS_WORDS[key] ?? [key, key])[lang === "ja" ? 0 : 1].replace(/\{(\w+)\}/g, (_, name) => values[name]);

// How often a place meets: the class itself, with the more frequent ones, as a kind of place, as a place.
export const often = (frequency) => word(frequency ? `frequency.${frequency}` : "f_");
export const capital = (text) => text[0].toUpperCase() + text.slice(1);
export const orMore = (frequency) => capital(frequency === FREQUENCIES.at(-1) ? often(frequency) : word("frequency.at_least", { frequency: often(frequency) }));
export const typeOf = (frequency) => capital(word("frequency.type", { frequency: often(frequency) }));
export const placeOf = (frequency) => word("frequency.place", { frequency: often(frequency) });

const isFigure = (value) => typeof value === "number" && Number.isFinite(value);
export const number = (value) => (isFigure(value) ? Math.floor(value + 0.5).toLocaleString("en-US") : "−");
export const people = (value) => (isFigure(value) ? number(value) + (lang === "ja" ? "人" : "") : "−");
export const percent = (value) => (isFigure(value) ? value.toFixed(1) + (lang === "ja" ? "％" : " %") : "−");
export const metres = (value) => (isFigure(value) ? number(value) + (lang === "ja" ? "m" : " m") : "−");
export const yen = (value) => (isFigure(value) ? (lang === "ja" ? `${number(value)}円` : `¥${number(value)}`) : null);

// A limit: 500m, 10分, or 500m・10分 where both must hold.
export function limit({ walk_limit_m: m, walk_limit_min: min }) {
  const minutes = isFigure(min) ? `${min}${lang === "ja" ? "分" : " min"}` : null;
  return [isFigure(m) ? metres(m) : null, minutes].filter(Boolean).join(lang === "ja" ? "・" : " and ");
}

const CLIMB_WORTH_SAYING_M = 5;

// A unit's way to the nearest place: 890m・15分・のぼり12m・階段40段.
export function way(unit) {
  const { nearest_place_walk_m: m, nearest_place_walk_min: min, nearest_place_climb_m: climb, nearest_place_steps: steps } = unit;
  if (!isFigure(m)) return word("noNearest");
  const ja = lang === "ja";
  const parts = [metres(m)];
  if (isFigure(min)) parts.push(`${Math.max(1, Math.floor(min + 0.5))}${ja ? "分" : " min"}`);
  if (climb >= CLIMB_WORTH_SAYING_M) parts.push(ja ? `のぼり${metres(climb)}` : `${metres(climb)} up`);
  if (steps >= 1) parts.push(ja ? `階段${number(steps)}段` : `${number(steps)} steps`);
  return parts.join(ja ? "・" : " · ");
}

export function age(group) {
  const from = /^(\d+)\+$/.exec(group);
  const between = /^(\d+)-(\d+)$/.exec(group);
  if (group === "total") return lang === "ja" ? "すべての年齢" : "all ages";
  if (from) return lang === "ja" ? `${from[1]}歳以上` : `aged ${from[1]}+`;
  if (between) return lang === "ja" ? `${between[1]}〜${between[2]}歳` : `aged ${between[1]}–${between[2]}`;
  return group;
}

// 令和7年4月1日 (2025-04-01)
export function date(iso) {
  const found = /^(\d{4})-(\d{2})-(\d{2})/.exec(iso ?? "");
  if (!found || lang !== "ja") return iso ?? "";
  const [text, year, month, day] = found;
  const eras = [["2019-05-01", "令和", 2018], ["1989-01-08", "平成", 1988], ["1926-12-25", "昭和", 1925]];
  const era = eras.find(([first]) => text >= first);
  if (!era) return text;
  const count = Number(year) - era[2];
  return `${era[1]}${count === 1 ? "元" : count}年${Number(month)}月${Number(day)}日 (${text})`;
}

// The same without the figures, where there is little room; of a moment, the day it is here.
export function day(iso) {
  const moment = iso?.includes("T") ? new Date(iso) : null;
  const local = moment ? new Date(moment - moment.getTimezoneOffset() * 60_000).toISOString() : iso;
  return date((local ?? "").slice(0, 10)).replace(/ \(.*/, "");
}

// A label that the data has in both languages.
export const label = (thing) => (lang === "ja" ? thing.label : thing.label_en || thing.label);
