// Words that were typed and not yet kept are not lost by a link or by another form of the page: the browser
// asks first. Only forms marked data-keep; without script there is nothing to ask with, and nothing else changes.
// What autosave.js has saved is kept, and nobody is asked about it.

const keep = document.querySelector("form[data-keep]");

if (keep) {
  // What the page itself sends along is nobody's word.
  const own = new Set(["csrfmiddlewaretoken", "edition", "seen"]);
  const written = () => {
    const fields = [...new FormData(keep)].filter(([name, value]) => !own.has(name) && typeof value === "string");
    return new URLSearchParams(fields).toString();
  };
  let before = written();
  keep.addEventListener("words:saved", (event) => {
    if (before !== null) before = event.detail;
  });
  for (const kind of ["submit", "words:sent"]) {
    keep.addEventListener(kind, () => {
      before = null;
    });
  }
  window.addEventListener("pageshow", () => {
    before = written();
  });
  window.addEventListener("beforeunload", (event) => {
    if (before !== null && written() !== before) event.preventDefault();
  });
}
