// After an act the focus is on the sentence that says what became of it, and that stands where the act was: at the head
// of the section to which the address leads, else at the head of the page. Without script it stays in view (parts.css).

const messages = document.querySelector("main .messages:has(.notice)");
const refusal = document.querySelector("main [data-errors], main [role=alert]:not([hidden])");

function section() {
  const name = decodeURIComponent(location.hash.slice(1));
  const target = name && document.getElementById(name);
  return target && document.querySelector("main").contains(target) ? target : null;
}

if (messages && !refusal) {
  const place = section();
  const heading = place?.querySelector("h1, h2, h3, h4");
  if (heading) heading.after(messages);
  else if (place) place.before(messages);
}

const outcome = refusal ?? messages;

function show() {
  if (![document.body, outcome].includes(document.activeElement)) return;
  outcome.focus({ preventScroll: true });
  outcome.scrollIntoView({ block: "nearest" });
}

if (outcome) {
  outcome.tabIndex = -1;
  show();
  // A browser that goes to the section of the address takes the focus away once more when the page is complete.
  if (document.readyState !== "complete") addEventListener("load", () => requestAnimationFrame(() => requestAnimationFrame(show)));
}
