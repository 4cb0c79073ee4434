// Signing in: by a password, or by the secret behind the # of a link, which no server's log ever sees.

const lang = document.documentElement.lang;
const main = document.querySelector("main");
const [form, button] = [document.getElementById("form"), document.querySelector("#form button")];
const [password, caps, entering] = ["password", "caps", "entering"].map((id) => document.getElementById(id));

function failed(where, text) {
  where.textContent = text;
  where.hidden = false;
}

// Goes on where it succeeds; what is wrong is said at ``where``.
async function enter(body, where) {
  where.hidden = true;
  const headers = { "content-type": "application/json" };
  const answer = await fetch("/session", { method: "POST", headers, body: JSON.stringify(body) }).catch(() => null);
  if (!answer) return failed(where, main.dataset.unreachable);
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) return failed(where, (lang === "ja" ? told.detail_ja : told.detail) || String(answer.status));
  const home = told.standing === "guest" ? `/meetings/${encodeURIComponent(told.councils[0])}` : main.dataset.home;
  location.replace(`${home}?lang=${lang}`);
  return undefined;
}

const link = location.hash.slice(1);
if (link) {
  history.replaceState(null, "", location.pathname + location.search);
  entering.hidden = false;
  enter({ link }, document.getElementById("wrong")).finally(() => { entering.hidden = true; });
}

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { account, password: typed } = Object.fromEntries(new FormData(form));
  const [wrong, text] = [document.getElementById("wrong-password"), button.textContent];
  password.removeAttribute("aria-invalid");
  button.disabled = true;
  button.textContent = button.dataset.doing;
  await enter({ account, password: typed }, wrong);
  button.disabled = false;
  button.textContent = text;
  if (wrong.hidden) return;
  password.setAttribute("aria-invalid", "true");
  password.select();
  password.focus();
});

for (const kind of ["keydown", "keyup"]) password?.addEventListener(kind, (event) => { caps.hidden = !event.getModifierState?.("CapsLock"); });
document.getElementById("seen")?.addEventListener("change", (event) => { password.type = event.target.checked ? "text" : "password"; });
if (!link) document.getElementById("account")?.focus();
document.documentElement.dataset.ready = "";
