// A region that renews itself waits while somebody reads in it by keyboard, or has paused it.

document.addEventListener("htmx:beforeRequest", (event) => {
  const region = event.target.closest?.("[data-live]");
  if (!region || event.target !== region) return;
  const selected = getSelection();
  const reads = region.contains(document.activeElement) || (!selected.isCollapsed && region.contains(selected.anchorNode));
  if (region.dataset.paused || reads) event.preventDefault();
});

for (const each of document.querySelectorAll("[data-live-switch]")) each.hidden = false;

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-live-pause]");
  if (!button) return;
  const region = document.getElementById(button.dataset.livePause);
  const paused = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", String(paused));
  if (paused) region.dataset.paused = "yes";
  else delete region.dataset.paused;
});
