// Saves the words of a draft while they are typed, by the same address and form as its button. Any answer but a success
// leaves the words unsaved and says so; nothing that somebody else saved is written over. Without this script the button does it.

const PAUSE = 3000; // milliseconds after the last key
const RETRY = 15000;
// What may still be sent by a page that is left, in bytes: browsers take 64 KB at most.
const LEAVING = 60000;
const form = document.querySelector("form[data-autosave]");

class Autosave {
  constructor(form) {
    this.form = form;
    this.text = form.dataset;
    this.shown = document.querySelector("[data-autosave-state]");
    this.said = document.querySelector("[data-autosave-said]");
    this.saved = this.written();
    this.timer = 0;
    this.running = null;
    this.stopped = false;
    this.trouble = false;
    this.told = false;
    // The fields of the form may stand anywhere on the page.
    document.addEventListener("input", (event) => this.isOurs(event.target) && this.later(PAUSE));
    document.addEventListener("change", (event) => this.isOurs(event.target) && this.later(PAUSE));
    document.addEventListener("focusout", (event) => this.isOurs(event.target) && this.later(0));
    document.addEventListener("visibilitychange", () => this.now(document.visibilityState === "hidden"));
    window.addEventListener("pagehide", () => this.now(true));
    window.addEventListener("online", () => this.now());
    window.addEventListener("focus", () => this.trouble && this.now());
    form.addEventListener("submit", (event) => this.submitted(event));
    window.addEventListener("pageshow", (event) => event.persisted && this.isItOld());
  }

  isOurs(field) {
    return field?.form === this.form && field.type !== "file";
  }

  written() {
    const fields = [...new FormData(this.form)].filter(
      ([name, value]) => !["csrfmiddlewaretoken", "edition", "seen"].includes(name) && typeof value === "string",
    );
    return new URLSearchParams(fields).toString();
  }

  later(pause) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.now(), pause);
  }

  now(leaving = false) {
    clearTimeout(this.timer);
    if (this.stopped || this.written() === this.saved) return;
    if (this.running) {
      if (!leaving) this.later(PAUSE);
      return;
    }
    this.running = this.send(leaving).finally(() => (this.running = null));
  }

  async send(leaving, again = false) {
    const words = this.written();
    const body = new URLSearchParams(
      [...new FormData(this.form)].filter(([, value]) => typeof value === "string"),
    );
    let answer;
    let told = {};
    try {
      answer = await fetch(location.pathname, {
        method: "POST",
        body,
        headers: { Accept: "application/json" },
        keepalive: leaving && body.toString().length < LEAVING,
        redirect: "manual",
      });
      const isJson = (answer.headers.get("Content-Type") || "").startsWith("application/json");
      if (isJson) told = await answer.json();
    } catch {
      return this.failed([this.text.textOffline], RETRY);
    }
    if (answer.ok && told.seen) return this.succeeded(words, told);
    if (answer.status === 403 && told.token && !again) {
      // Signed in again in another window: this page gets the token that is good now.
      for (const each of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) each.value = told.token;
      return this.send(leaving, true);
    }
    if (answer.status === 401) {
      const link = { href: this.text.signInUrl, text: this.text.textSignIn, apart: true };
      return this.failed([this.text.textSignedOut], RETRY, link);
    }
    if (answer.status === 422) return this.failed([this.text.textUnfit, ...(told.errors ?? [])], 0);
    if ([403, 404, 409].includes(answer.status)) {
      this.stopped = true;
      return this.failed(told.errors ?? [this.text.textRefused], 0, told.link);
    }
    const busy = answer.status >= 500 || answer.status === 0;
    return this.failed(told.errors ?? [busy ? this.text.textOffline : this.text.textRefused], busy ? RETRY : 0);
  }

  succeeded(words, told) {
    this.saved = words;
    this.form.elements.edition.value = told.edition;
    this.form.elements.seen.value = told.seen;
    this.form.dispatchEvent(new CustomEvent("words:saved", { detail: words }));
    document.dispatchEvent(new CustomEvent("draft:saved", { detail: told }));
    this.show([told.said]);
    // Aloud the first time, and when it works again: not each time.
    if (!this.told || this.trouble) this.said.textContent = told.said;
    this.told = true;
    this.trouble = false;
    if (this.written() !== words) this.later(PAUSE);
  }

  failed(sentences, retry, link = null) {
    const words = sentences.join(" ");
    if (!this.trouble || this.shown.dataset.words !== words) this.said.textContent = words;
    this.trouble = true;
    this.show(sentences, link);
    if (retry) this.later(retry);
  }

  show(sentences, link = null) {
    this.shown.dataset.words = sentences.join(" ");
    this.shown.classList.toggle("is-wrong", this.trouble);
    this.shown.replaceChildren(this.shown.dataset.words);
    const url = link && new URL(link.href, location.href);
    if (url && url.origin === location.origin) {
      const way = document.createElement("a");
      way.href = url.href;
      way.textContent = link.text;
      if (link.apart) way.target = "_blank";
      this.shown.append(" ", way);
    }
  }

  submitted(event) {
    clearTimeout(this.timer);
    if (!this.running || event.defaultPrevented) {
      this.stopped = true;
      return;
    }
    // What is under way is heard first: the form then sends what the draft has become by it.
    event.preventDefault();
    this.stopped = true;
    const button = event.submitter;
    this.running.then(() => this.form.requestSubmit(button));
  }

  // Shown again as it was left: the draft may have moved on.
  async isItOld() {
    this.stopped = false;
    try {
      const answer = await fetch(location.pathname, { headers: { Accept: "application/json" }, redirect: "manual" });
      if (!answer.ok) return;
      const now = await answer.json();
      if (now.seen === this.form.elements.seen.value) return;
    } catch {
      return;
    }
    this.stopped = true;
    this.failed([this.text.textOld], 0, { href: location.pathname, text: this.text.textLoad });
  }
}

if (form) new Autosave(form);
