// Menus of the frame close on Escape, on a click elsewhere and when another one opens. What is wrong with a form is told by
// the page, in one place and in the reader's language, and not by a bubble of the browser at one field after another.

const menus = () => document.querySelectorAll("details[data-menu][open]");

document.addEventListener("click", (event) => {
  for (const menu of menus()) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of menus()) {
    const held = menu.contains(document.activeElement);
    menu.open = false;
    if (held) menu.querySelector("summary").focus();
  }
});

document.addEventListener(
  "focusin",
  (event) => {
    for (const menu of menus()) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  },
);

function leaveChecksToThePage() {
  for (const form of document.forms) if (form.method === "post") form.noValidate = true;
}

leaveChecksToThePage();
document.addEventListener("htmx:afterSettle", leaveChecksToThePage);
