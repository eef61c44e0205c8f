// Time left by the server's clock. The device's clock is never asked: only how much time has passed since an answer.

const SYNC_EVERY = 5 * 60 * 1000;
const CALLS = [3600, 600, 60]; // seconds before the end that are said to screen readers
const UNITS = [
  ["day", 86400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];

// base: server's milliseconds at the moment `mark` of performance.now().
let base = null;
let mark = 0;
const serverNow = () => base + (performance.now() - mark);

function setClock(serverMillis, at) {
  if (Number.isNaN(serverMillis)) return;
  base = serverMillis;
  mark = at;
}

async function sync() {
  const asked = performance.now();
  try {
    const answer = await fetch("/clock/", { cache: "no-store", headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    const { now } = await answer.json();
    const answered = performance.now();
    // The server read its clock somewhere between question and answer: the middle is the best guess.
    setClock(Date.parse(now), (asked + answered) / 2);
    tick();
  } catch {
    // No connection: go on counting from the last answer.
  }
}

function words(seconds, language) {
  let rest = Math.max(0, Math.floor(seconds));
  const amounts = UNITS.map(([unit, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return [unit, count];
  });
  let first = amounts.findIndex(([, count]) => count > 0);
  if (first < 0) first = amounts.length - 1;
  const shown = amounts.slice(first, first + 2).filter(([, count], index) => count > 0 || index === 0);
  const tag = language === "en" ? "en-GB" : language;
  return shown
    .map(([unit, count]) =>
      new Intl.NumberFormat(`${tag}-u-nu-latn`, { style: "unit", unit, unitDisplay: "long" }).format(count),
    )
    .join(" ");
}

function show(box) {
  const { deadline, left, passed, passedAgo, language } = box.dataset;
  const remaining = (Date.parse(deadline) - serverNow()) / 1000;
  if (Number.isNaN(remaining)) return;
  const out = box.querySelector("[data-left-out]");
  const over = remaining < 0; // the instant itself is still in time
  const ago = -remaining;
  let text;
  if (!over) text = left.replace("{time}", words(remaining, language));
  else if (ago < 60) text = passed;
  else text = passedAgo.replace("{time}", words(ago, language));
  if (out.textContent !== text) out.textContent = text;
  box.classList.toggle("is-passed", over);
  box.classList.toggle("is-close", !over && remaining < 86400);
  announce(box, remaining, over);
}

function announce(box, remaining, over) {
  const before = Number(box.dataset.said ?? Number.POSITIVE_INFINITY);
  box.dataset.said = String(remaining);
  if (before === Number.POSITIVE_INFINITY) return; // the page itself says where things stand when it opens
  const status = box.querySelector("[data-left-status]");
  if (over && before >= 0) {
    status.textContent = box.dataset.passed;
    box.dispatchEvent(new CustomEvent("deadline:passed", { bubbles: true }));
    return;
  }
  const crossed = CALLS.find((seconds) => before > seconds && remaining <= seconds);
  if (crossed) status.textContent = box.dataset.left.replace("{time}", words(crossed, box.dataset.language));
}

function tick() {
  if (base === null) return;
  for (const box of document.querySelectorAll("[data-deadline]")) show(box);
}

function start() {
  const box = document.querySelector("[data-deadline][data-server-now]");
  if (!box || base !== null) return;
  const navigation = performance.getEntriesByType("navigation")[0];
  // The page was written when its answer began to arrive; since then the device has only counted.
  const arrived = navigation?.responseStart || performance.now();
  setClock(Date.parse(box.dataset.serverNow), arrived);
  // A page taken from the browser's memory carries an old time.
  if (navigation?.type === "back_forward") sync();
  tick();
  setInterval(tick, 1000);
  setInterval(sync, SYNC_EVERY);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") sync();
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) sync();
  });
}

start();
document.addEventListener("htmx:afterSettle", () => {
  // A part brought in later has its own, later time; the clock already runs, so it only has to be drawn.
  if (base === null) start();
  tick();
});
