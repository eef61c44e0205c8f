// Shows a deadline also in the device's own zone, when no line of it already says the same hour.

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "";

// "UTC+03:00" for an instant in a zone, from the browser's own tables.
function offsetAt(instant) {
  const minutes = -instant.getTimezoneOffset();
  if (!minutes) return "UTC";
  const two = (value) => String(value).padStart(2, "0");
  const size = Math.abs(minutes);
  return `UTC${minutes > 0 ? "+" : "-"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

function fill(face) {
  face.dataset.localDone = "";
  const time = face.querySelector("[data-local-time]");
  const instant = new Date(time.dateTime);
  if (Number.isNaN(instant.getTime())) return;
  const offset = offsetAt(instant);
  const shown = [...face.parentElement.querySelectorAll(".instant-zone")].map((each) => each.textContent);
  if (shown.some((label) => label === offset || label.endsWith(`(${offset})`))) return;
  const page = document.documentElement.lang || "en";
  const language = page === "en" ? "en-GB" : page;
  const tag = `${language}-u-nu-latn-ca-gregory`;
  const day = new Intl.DateTimeFormat(tag, { dateStyle: "full" }).format(instant);
  const hour = new Intl.DateTimeFormat(tag, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(instant);
  const words = `${day}, ${hour}`;
  const label = document.createElement("bdi");
  label.className = "instant-zone";
  label.textContent = offset;
  time.className = "instant";
  time.replaceChildren(`${words} `, label);
  face.querySelector("[data-local-zone]").textContent = zone;
  face.hidden = false;
}

function scan() {
  for (const face of document.querySelectorAll("[data-local-face]:not([data-local-done])")) fill(face);
}

scan();
document.addEventListener("htmx:afterSettle", scan);
