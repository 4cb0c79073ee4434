// Signing in: by a password, or by the secret behind the # of a link, which no server's log ever sees.

const lang = document.documentElement.lang;

async function enter(body) {
  const answer = await fetch("/session", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  if (answer.ok) {
    const { standing, councils } = await answer.json();
    const home = standing === "guest" ? `/meetings/${encodeURIComponent(councils[0])}` : "/";
    return location.replace(`${home}?lang=${lang}`);
  }
  const problem = await answer.json().catch(() => ({}));
  const wrong = document.getElementById("wrong");
  wrong.textContent = (lang === "ja" ? problem.detail_ja : problem.detail) || String(answer.status);
  wrong.hidden = false;
  return undefined;
}

const link = location.hash.slice(1);
if (link) {
  history.replaceState(null, "", location.pathname + location.search);
  enter({ link });
}

document.getElementById("form")?.addEventListener("submit", (event) => {
  event.preventDefault();
  const { account, password } = Object.fromEntries(new FormData(event.target));
  enter({ account, password });
});
