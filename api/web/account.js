// The page of one's account: links of guests, tokens, what is kept; accounts and the log of who administers.
// What does not change stands in the page already; here it is filled and sent.

import { $, fill, h } from "./dom.js";
import { get, send, state } from "./store.js";
import { brackets, catalogueOf, date, dayInJapan, lang, listed, speak, word } from "./words.js";

const MS = 1000;
const AHEAD_OF_UTC_MS = 9 * 3_600_000;
const LOG_STEP = 100;
const main = document.querySelector("main");
const { account } = main.dataset;

// What somebody has chosen among options or boxes is named as there.
const areaName = (id) => document.querySelector(`select[name=council_id] option[value="${CSS.escape(id)}"]`)?.textContent
  ?? document.querySelector(`#account-form input[name=councils][value="${CSS.escape(id)}"] + span`)?.textContent ?? id;
const areasOf = (councils) => (councils === null ? word("account.everywhere") : listed(councils.map(areaName)));
const moment = (ms) => { const at = new Date(ms).toISOString(); return `${date(dayInJapan(at))} ${new Date(ms + AHEAD_OF_UTC_MS).toISOString().slice(11, 16)}`; };

function failed(where, error) {
  where.textContent = error.message;
  where.hidden = false;
}

// Sends a form once, however often the button is pressed, and says in place what is wrong with it.
function onSend(form, act) {
  const wrong = form.querySelector(".wrong");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    wrong.hidden = true;
    form.inert = true;
    try {
      await act(new FormData(form));
    } catch (error) {
      failed(wrong, error);
    }
    form.inert = false;
  });
}

async function doing(button, act) {
  button.disabled = true;
  try {
    await act();
  } catch (error) {
    failed($("wrong"), error);
  }
  button.disabled = false;
}

function tellOnce(box, text) {
  box.hidden = false;
  const field = box.querySelector("input");
  field.value = text;
  field.focus();
  field.select();
}

async function copy(button) {
  const field = button.parentElement.querySelector("input");
  field.select();
  // Browsers give the clipboard to pages under TLS and on this machine alone; elsewhere the old way does it.
  const done = navigator.clipboard ? await navigator.clipboard.writeText(field.value).then(() => true, () => false) : document.execCommand("copy");
  button.textContent = word(done ? "account.copied" : "account.copy_yourself");
}

function list(id, rows) {
  fill($(id), rows.length ? rows : h("li", { class: "none" }, word("account.nothing")));
  $(id).removeAttribute("aria-busy");
}

const card = (head, lines, ...more) => h("li", {}, h("div", {}, h("b", {}, head), lines.filter(Boolean).map((line) => h("div", { class: "quiet" }, line))), more);
const until = (seconds) => word("account.until", { when: moment(seconds * MS) });

async function readLinks() {
  const { links } = await get("/guest-links");
  list("links", links.map((one) => card(one.purpose || word("account.no_purpose"), [areasOf(one.councils), until(one.ends_at)],
    h("button", { type: "button", class: "second", onclick: ({ currentTarget }) => doing(currentTarget, async () => {
      await send("DELETE", `/guest-links/${one.link_id}`);
      $("link").hidden = true;
      await readLinks();
    }) }, word("account.withdraw")))));
}

const rightName = (right) => word(`account.right.${right}`);

async function readTokens() {
  const { tokens } = await get("/tokens");
  list("tokens", tokens.map((one) => card(one.name, [listed(one.scopes.map(rightName)) || word("account.right.read"), until(one.ends_at)],
    h("button", { type: "button", class: "second", onclick: ({ currentTarget }) => doing(currentTarget, async () => {
      await send("DELETE", `/tokens/${one.token_id}`);
      $("token").hidden = true;
      await readTokens();
    }) }, word("account.revoke")))));
}

const amount = (rows) => word("account.amount", { n: rows.length });

async function readMine() {
  const { account: mine, tokens, sessions, log } = await get("/session/personal-data");
  const rows = [
    [word("account.name"), mine.name], [word("account.mail"), mine.mail], [word("account.made"), moment(Date.parse(mine.created_at))],
    [word("account.kept_tokens"), amount(tokens)], [word("account.kept_sessions"), amount(sessions)], [word("account.kept_deeds"), amount(log)],
  ];
  fill($("mine"), rows.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value || word("account.nothing")))));
  $("mine").removeAttribute("aria-busy");
}

// Areas are asked for of those roles alone that have some.
function withAreas(form) {
  const role = form.elements.role;
  const areas = form.querySelector(".areas");
  const show = () => { areas.disabled = areas.hidden = !("ofAreas" in role.selectedOptions[0].dataset); };
  role.addEventListener("change", show);
  show();
}

const told = (data) => ({ name: data.get("name"), mail: data.get("mail"), role: data.get("role"), councils: data.getAll("councils"), ...(data.get("password") ? { password: data.get("password") } : {}) });

function changing(one) {
  const details = $("change").content.cloneNode(true).firstElementChild;
  const form = details.querySelector("form");
  for (const name of ["name", "mail", "role"]) form.elements[name].value = one[name];
  for (const box of form.querySelectorAll("[name=councils]")) box.checked = (one.councils ?? []).includes(box.value);
  withAreas(form);
  onSend(form, async (data) => {
    await send("PATCH", `/accounts/${one.account_id}`, told(data));
    await changed("account.changed", one.account_id);
  });
  form.querySelector(".danger").addEventListener("click", ({ currentTarget }) => {
    if (!window.confirm(word("account.remove_sure", { account_id: one.account_id }))) return;
    doing(currentTarget, async () => {
      await send("DELETE", `/accounts/${one.account_id}`);
      await changed("account.removed", one.account_id);
    });
  });
  return details;
}

// Whoever changes his own account signs in again.
async function changed(key, accountId) {
  if (accountId === account) return location.reload();
  $("account-done").textContent = word(key, { account_id: accountId });
  $("account-done").hidden = false;
  return readAccounts();
}

async function readAccounts() {
  const { accounts } = await get("/accounts");
  list("accounts", accounts.map((one) => card(one.name || one.account_id, [
    one.name && one.account_id, `${word(`role.${one.role}`)}${brackets(areasOf(one.councils))}`, one.mail, !one.has_password && word("account.no_password"),
  ], changing(one))));
}

// What a route does is said by its own summary, in the language of the page.
async function summaries() {
  const { paths } = await get(`/openapi.json?lang=${lang}`);
  const known = Object.entries(paths).map(([path, methods]) => [new RegExp(`^${path.replace(/\{.*?\}/g, "[^/]+")}$`), methods]);
  return (about) => {
    const [method, path] = about.split(" ");
    return known.find(([pattern, methods]) => pattern.test(path) && methods[method.toLowerCase()])?.[1][method.toLowerCase()].summary;
  };
}

// Of whoever was nobody yet: the command line of the server, or a wrong password.
function doer({ who, standing, what }) {
  if (who || standing !== "public") return who || word(`role.${standing}`);
  const refused = what === "session.refused";
  return word(refused ? "account.somebody" : "account.at_server");
}

function deed(one, summaryOf) {
  const code = one.what.replace(".", "_");
  const byRoute = one.what.startsWith("http.");
  const what = byRoute ? summaryOf(one.about) ?? one.about : word(`account.deed.${code}`);
  const facts = one.after ?? one.before ?? {};
  // Links and tokens are told by what they are for: their ids mean nothing to anybody.
  const ofAccount = /^(account|session)\./.test(one.what);
  const more = byRoute ? one.about : [ofAccount && one.about !== one.who && one.about, facts.purpose, facts.scopes && listed(facts.scopes.map(rightName)), facts.role && word(`role.${facts.role}`), facts.councils && areasOf(facts.councils)].filter(Boolean).join(word("text.joint"));
  return h("li", {}, h("time", { datetime: one.at }, moment(Date.parse(one.at))), h("span", {}, h("b", {}, doer(one)), " ", what, more && h("div", { class: "quiet" }, more)));
}

async function readLog() {
  const summaryOf = await summaries();
  let left = [];
  let last;
  const older = async () => {
    if (!left.length) ({ log: left } = await get(`/log${last ? `?before=${last}` : ""}`));
    const now = left.splice(0, LOG_STEP);
    last = now.at(-1)?.deed_id ?? last;
    $("log").append(...now.map((one) => deed(one, summaryOf)));
    $("older").hidden = last === undefined || last <= 1;
  };
  await older();
  $("log").removeAttribute("aria-busy");
  $("older").addEventListener("click", ({ currentTarget }) => doing(currentTarget, older));
}

async function leave(path) {
  await send("DELETE", path);
  location.replace(`/?lang=${lang}`);
}

const number = (data) => Number(data.get("days"));

async function start() {
  speak(await catalogueOf(document.documentElement.lang, "account"));
  state.session = await get("/session");
  for (const button of document.querySelectorAll(".copy")) button.addEventListener("click", () => copy(button));
  $("leave").addEventListener("click", ({ currentTarget }) => doing(currentTarget, () => leave("/session")));
  const parts = [];
  if ($("guests")) {
    onSend($("guests"), async (data) => {
      const made = await send("POST", "/guest-links", { council_id: data.get("council_id"), purpose: data.get("purpose"), days: number(data) });
      $("guests").elements.purpose.value = "";
      await readLinks();
      tellOnce($("link"), made.address);
    });
    parts.push(readLinks());
  }
  if ($("tokens-form")) {
    onSend($("tokens-form"), async (data) => {
      const made = await send("POST", "/tokens", { name: data.get("name"), scopes: data.getAll("scopes"), days: number(data) });
      $("tokens-form").reset();
      await readTokens();
      tellOnce($("token"), made.token);
    });
    parts.push(readTokens());
  }
  if ($("mine")) {
    $("everywhere").addEventListener("click", ({ currentTarget }) => doing(currentTarget, () => leave("/session?everywhere=true")));
    onSend($("password-form"), async (data) => {
      const done = $("password-form").querySelector(".done");
      done.hidden = true;
      await send("PUT", "/session/password", { old: data.get("old"), new: data.get("new") });
      $("password-form").reset();
      done.hidden = false;
    });
    parts.push(readMine());
  }
  if ($("accounts")) {
    withAreas($("account-form"));
    onSend($("account-form"), async (data) => {
      const made = await send("POST", "/accounts", { account_id: data.get("account_id"), ...told(data) });
      $("account-form").reset();
      $("account-form").elements.role.dispatchEvent(new Event("change"));
      $("new-account").open = false;
      await changed("account.added", made.account_id);
    });
    parts.push(readAccounts(), readLog());
  }
  main.inert = false;
  await Promise.all(parts);
}

start().catch((error) => failed($("wrong"), error)).finally(() => { main.inert = false; document.documentElement.dataset.ready = ""; });
