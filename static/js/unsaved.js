// Words that were typed and not yet kept are not lost by a link or by another form of the page: the browser
// asks first. Only forms marked data-keep; without script there is nothing to ask with, and nothing else changes.

const keep = document.querySelector("form[data-keep]");

if (keep) {
  const written = () => new URLSearchParams(new FormData(keep)).toString();
  let before = written();
  keep.addEventListener("submit", () => {
    before = null;
  });
  window.addEventListener("pageshow", () => {
    before = written();
  });
  window.addEventListener("beforeunload", (event) => {
    if (before !== null && written() !== before) event.preventDefault();
  });
}
