// Sends what is typed on a page of a council, and says in place what is wrong with it; what was kept is shown anew.

const { base } = document.querySelector("main").dataset;
const { lang } = document.documentElement;
const session = fetch("/session").then((answer) => answer.json());

async function send(method, path, body, state) {
  const headers = { "content-type": "application/json", "x-csrf-token": (await session).csrf, ...(state ? { "if-match": `"${state}"` } : {}) };
  const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  if (answer.ok) return;
  const told = await answer.json().catch(() => ({}));
  throw new Error((lang === "ja" ? told.detail_ja : told.detail) || `${answer.status}`);
}

function failed(where, error) {
  where.textContent = error.message;
  where.hidden = false;
}

function value(field) {
  const { type, value: typed } = field;
  if (field.dataset.type === "positions") return typed.split(";").filter((one) => one.trim()).map((one) => one.split(",").map(Number));
  if (field.dataset.type === "bool") return typed ? typed === "true" : null;
  if (type === "number") return typed === "" ? null : Number(typed);
  return typed;
}

// A field "area" is a layer and an id, "values.x" one answer of several; the rest is what it is called.
function told(form) {
  const found = {};
  for (const field of form.elements) {
    if (field.name === "area") [found.layer = "", found.area_id = ""] = field.value.split("|");
    else if (field.name.startsWith("values.")) found.values = { ...found.values, [field.name.slice("values.".length)]: value(field) };
    else if (field.name) found[field.name] = value(field);
  }
  return found;
}

for (const form of document.querySelectorAll("form")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const wrong = form.querySelector(".wrong");
    const papers = `${form.dataset.base ?? base}/papers`;
    wrong.hidden = true;
    form.inert = true;
    try {
      if (form.dataset.paper) await send("PATCH", `${papers}/${form.dataset.paper}`, told(form), form.dataset.state);
      else await send("POST", papers, { kind: form.dataset.kind, told: told(form) });
      location.reload();
    } catch (error) {
      failed(wrong, error);
    }
    form.inert = false;
  });
}

for (const button of document.querySelectorAll("button[data-undo], button[data-remove]")) {
  button.addEventListener("click", async () => {
    const { remove, paper } = button.dataset;
    // eslint-disable-next-line no-alert -- it cannot be taken back
    if (remove && !window.confirm(remove)) return;
    const form = button.closest("details, li")?.querySelector("form");
    const path = `${form?.dataset.base ?? base}/papers/${paper}`;
    try {
      await (remove ? send("DELETE", path) : send("POST", `${path}/undo`));
      location.reload();
    } catch (error) {
      failed(document.getElementById("wrong"), error);
    }
  });
}

// A click on the map writes where it was: between its corners degrees run evenly, to a metre or so.
const figure = document.querySelector("figure[data-corners]");
const positions = document.querySelector("input[name=coordinates]");
if (figure && positions) {
  const [nw, ne, sw, se] = JSON.parse(figure.dataset.corners);
  figure.addEventListener("click", (event) => {
    const box = figure.querySelector("svg").getBoundingClientRect();
    const [x, y] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    const at = [0, 1].map((i) => ((1 - y) * ((1 - x) * nw[i] + x * ne[i]) + y * ((1 - x) * sw[i] + x * se[i])).toFixed(6));
    positions.value = [positions.value.trim(), at.join(",")].filter(Boolean).join("; ");
  });
}
