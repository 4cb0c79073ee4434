// Who is signed in: said in the head of the page, with the way in and out, and in which view.

import { $, fill, h } from "./dom.js";
import { send, state } from "./store.js";
import { lang, word } from "./words.js";

const again = () => location.reload();

async function leave() {
  await send("DELETE", "/session");
  again();
}

async function look(event) {
  await send("PUT", "/session/view", { view: event.target.value });
  again();
}

function choice() {
  if (!state.session.rights.includes("exact")) return null;
  const views = ["exact", "public"].map((view) => h("option", { value: view, selected: view === state.session.view }, word(`who.view.${view}`)));
  return h("select", { "aria-label": word("who.view"), onchange: look }, views);
}

export function drawWho() {
  const { standing, name, account_id: account } = state.session;
  if (standing === "public") return fill($("who"), h("a", { href: `/sign-in?lang=${lang}` }, word("who.signIn")));
  const called = name || account || word(`role.${standing}`);
  return fill($("who"), h("a", { href: `/account?lang=${lang}`, title: word("who.is", { name: called }) }, called), choice(), h("button", { type: "button", onclick: leave }, word("who.signOut")));
}
