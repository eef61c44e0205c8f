// A filter form shows its result as soon as a choice is made; words typed wait for Enter or the button.

document.addEventListener("change", (event) => {
  const form = event.target.closest?.("form[data-filters]");
  if (!form || !event.target.matches("select, input[type=checkbox], input[type=radio]")) return;
  form.requestSubmit();
});

// Empty fields would only lengthen the address people copy.
document.addEventListener("formdata", (event) => {
  if (!event.target.matches("form[data-filters]")) return;
  for (const [name, value] of [...event.formData.entries()]) {
    if (value === "") event.formData.delete(name);
  }
});
