// A long list of checkboxes is narrowed by typing. What is ticked always stays in sight, so that nothing is sent unseen.

const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase();

function narrow(list, typed) {
  const wanted = plain(typed.trim());
  let left = 0;
  for (const group of list.querySelectorAll("[data-pick-group]")) {
    let here = 0;
    for (const option of group.querySelectorAll("[data-pick-option]")) {
      const stays = plain(option.textContent).includes(wanted) || option.querySelector("input").checked;
      option.hidden = !stays;
      here += stays;
    }
    group.hidden = here === 0;
    left += here;
  }
  list.querySelector("[data-pick-none]").hidden = left > 0;
}

document.addEventListener("input", (event) => {
  const filter = event.target.closest?.("[data-pick-filter]");
  if (filter) narrow(filter.closest("[data-pick]"), event.target.value);
});

// Enter in the field narrows; it does not send the form.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.closest?.("[data-pick-filter]")) event.preventDefault();
});

for (const filter of document.querySelectorAll("[data-pick-filter]")) filter.hidden = false;
