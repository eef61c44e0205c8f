// The reader's choice of light or dark, kept in a cookie so that the server draws the page right from the start.

const YEAR = 60 * 60 * 24 * 365;
const root = document.documentElement;

function choose(theme, buttons) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  const age = theme ? YEAR : 0;
  document.cookie = `theme=${theme}; Path=/; Max-Age=${age}; SameSite=Lax${secure}`;
  if (theme) root.dataset.bsTheme = theme;
  else delete root.dataset.bsTheme;
  for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.theme === theme));
}

for (const group of document.querySelectorAll("[data-theme-choice]")) {
  const buttons = group.querySelectorAll("button[data-theme]");
  for (const button of buttons) button.addEventListener("click", () => choose(button.dataset.theme, buttons));
  group.hidden = false;
}
