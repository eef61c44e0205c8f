// A filter form shows its result as soon as a choice is made with a pointer. By keyboard a list of choices changes with
// every arrow key, on the way to the one that is meant: there the button, or Enter, shows it, as for words typed.

const KEPT = "filter-in-hand";
let byKeyboard = false;

document.addEventListener("keydown", () => (byKeyboard = true), true);
document.addEventListener("pointerdown", () => (byKeyboard = false), true);

document.addEventListener("change", (event) => {
  const form = event.target.closest?.("form[data-filters]");
  if (byKeyboard || !form || !event.target.matches("select, input[type=checkbox], input[type=radio]")) return;
  form.requestSubmit();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches("form[data-filters] select")) return;
  event.preventDefault();
  event.target.form.requestSubmit();
});

// The page that comes holds the focus where it was: whoever filters goes on filtering.
document.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-filters]")) return;
  const field = document.activeElement;
  if (field?.id && event.target.contains(field)) sessionStorage.setItem(KEPT, `${location.pathname} ${field.id}`);
});

const [path, id] = (sessionStorage.getItem(KEPT) ?? "").split(" ");
sessionStorage.removeItem(KEPT);
if (id && path === location.pathname) document.getElementById(id)?.focus({ preventScroll: true });

// Empty fields would only lengthen the address people copy.
document.addEventListener("formdata", (event) => {
  if (!event.target.matches("form[data-filters]")) return;
  for (const [name, value] of [...event.formData.entries()]) {
    if (value === "") event.formData.delete(name);
  }
});
