// The forms of the API page: path parameters go into the path, empty fields are left out.

for (const form of document.querySelectorAll("form[data-path]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    let path = form.dataset.path;
    const query = new URLSearchParams();
    for (const input of form.querySelectorAll("input")) {
      const value = input.value.trim();
      if (input.dataset.in === "path") {
        path = path.replace(new RegExp(`\\{${input.name}(:path)?\\}`), encodeURIComponent(value));
      } else if (input.dataset.in === "more") {
        for (const [name, text] of new URLSearchParams(value.replaceAll("+", "%2B"))) query.append(name, text);
      } else if (value !== "") {
        query.append(input.name, value);
      }
    }
    const asked = query.toString();
    location.assign(asked ? `${path}?${asked}` : path);
  });
}
