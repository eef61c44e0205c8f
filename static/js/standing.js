// Where a draft stands, and the one thing to do, follow what is saved while its page stays open: words, files.

function put(id, html) {
  const shown = document.getElementById(id);
  if (!shown || !html) return;
  const parsed = document.createElement("template");
  parsed.innerHTML = html;
  const now = parsed.content.getElementById(id);
  if (!now || now.innerHTML === shown.innerHTML) return;
  const held = shown.contains(document.activeElement);
  shown.replaceChildren(...now.childNodes);
  if (held) shown.querySelector("a, button")?.focus();
}

for (const kind of ["upload:stored", "draft:saved"]) {
  document.addEventListener(kind, (event) => {
    put("standing", event.detail.standing);
    put("onward", event.detail.onward);
  });
}
