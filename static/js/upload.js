// Files go one after the other, each with its progress, a way to stop it and a way to try again.
// Without this script the form is an ordinary upload; the server's answers mean the same.

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

class Upload {
  constructor(form) {
    this.form = form;
    this.text = form.dataset;
    this.input = form.querySelector("input[type=file]");
    this.rows = form.querySelector("[data-transfers]");
    this.status = form.querySelector("[data-upload-status]");
    this.queue = [];
    this.busy = false;
    this.reload = false;
    // A file that begins something goes alone, with what was typed beside it.
    this.beside = document.getElementById(this.text.begins ?? "");
    this.input.multiple = !this.beside;
    // Without script its fields are sent with another form of the page, so that nothing typed there is lost.
    for (const each of form.querySelectorAll("[form]")) each.removeAttribute("form");
    // The queue begins at the choice of files; the button is for browsers without script.
    form.querySelector("[data-upload-send]").hidden = true;
    form.querySelector("[data-drop-hint]").hidden = false;
    this.input.addEventListener("change", () => {
      this.add(this.input.files);
      this.input.value = "";
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.add(this.input.files);
    });
    // A page that the browser brings back is one to go on with.
    window.addEventListener("pageshow", () => {
      if (this.beside && !this.busy) this.beside.inert = false;
    });
    this.listenForDrops(form.querySelector("[data-drop]"));
    window.addEventListener("beforeunload", (event) => {
      if (this.busy) event.preventDefault();
    });
  }

  listenForDrops(zone) {
    for (const kind of ["dragenter", "dragover"]) {
      zone.addEventListener(kind, (event) => {
        event.preventDefault();
        zone.classList.add("is-over");
      });
    }
    for (const kind of ["dragleave", "drop"]) {
      zone.addEventListener(kind, () => zone.classList.remove("is-over"));
    }
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      this.add(event.dataTransfer.files);
    });
  }

  add(files) {
    if (this.beside) {
      if (this.busy || !files.length) return;
      this.rows.replaceChildren();
    }
    // The other fields (language, token) as they stand at the moment of choosing.
    const fields = [...new FormData(this.form).entries()].filter(([name]) => name !== this.input.name);
    const taken = this.beside ? [files[0]] : files;
    for (const file of taken) this.queue.push({ file, fields, row: this.draw(file) });
    this.next();
  }

  draw(file) {
    const row = element("li", "transfer");
    row.append(element("p", "file-name"));
    const name = element("bdi", "", file.name);
    row.firstChild.append(name);
    const bar = element("progress");
    bar.max = 100;
    bar.value = 0;
    bar.setAttribute("aria-label", file.name);
    const state = element("p", "transfer-state");
    const buttons = element("div", "transfer-buttons");
    row.append(bar, state, buttons);
    this.rows.append(row);
    return { row, bar, state, buttons };
  }

  button(label, file, act) {
    const made = element("button", "btn btn-secondary btn-sm", label);
    made.type = "button";
    made.append(element("span", "visually-hidden", ` ${file.name}`));
    made.addEventListener("click", act);
    return made;
  }

  next() {
    if (this.busy) return;
    const job = this.queue.shift();
    if (!job) {
      if (this.reload) location.reload();
      return;
    }
    const limit = Number(this.text.maxBytes);
    if (limit && job.file.size > limit) {
      this.fail(job, [this.text.textTooLarge], false);
      this.next();
      return;
    }
    this.send(job);
  }

  send(job) {
    const { file, fields, row } = job;
    this.busy = true;
    row.row.classList.remove("is-wrong");
    row.bar.hidden = false;
    row.bar.value = 0;
    const data = new FormData();
    for (const [name, value] of this.beside ? new FormData(this.beside) : fields) data.append(name, value);
    // What would be typed now would not be sent along.
    if (this.beside) this.beside.inert = true;
    data.append(this.input.name, file);
    const request = new XMLHttpRequest();
    request.open("POST", this.form.action);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
    request.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      const percent = Math.floor((100 * event.loaded) / event.total);
      row.bar.value = percent;
      row.state.textContent = percent < 100 ? `${this.text.textSending} ${percent}%` : this.text.textChecking;
    });
    // What broke off after the last byte had left may have been stored.
    let sent = false;
    request.upload.addEventListener("load", () => (sent = true));
    const lost = () => this.fail(job, [sent ? this.text.textUnknown : this.text.textNetwork], true);
    const finish = (end) => {
      this.busy = false;
      const held = row.buttons.contains(document.activeElement);
      row.buttons.replaceChildren();
      end();
      if (held) this.focusNear(row.row);
      this.next();
    };
    request.addEventListener("load", () => finish(() => this.answered(job, request)));
    request.addEventListener("error", () => finish(lost));
    request.addEventListener("timeout", () => finish(lost));
    const cancelled = () => this.fail(job, [sent ? this.text.textUnknown : this.text.textCancelled], true);
    request.addEventListener("abort", () => finish(cancelled));
    row.buttons.replaceChildren(this.button(this.text.textCancel, file, () => request.abort()));
    row.state.textContent = `${this.text.textSending} 0%`;
    this.say(`${this.text.textSending} ${file.name}`);
    request.send(data);
  }

  answered(job, request) {
    let answer = {};
    const isJson = (request.getResponseHeader("Content-Type") || "").startsWith("application/json");
    try {
      if (isJson) answer = JSON.parse(request.responseText);
    } catch {
      answer = {};
    }
    const good = request.status >= 200 && request.status < 300;
    if (good && new URL(request.responseURL, location.href).pathname.startsWith("/accounts/login")) {
      this.fail(job, [this.text.textSignedOut], true);
    } else if (good && this.beside && !answer.redirect) {
      // The page of another step, which came in the place of an answer.
      this.fail(job, [this.text.textRefused], true);
    } else if (good) {
      this.succeed(job, answer);
    } else if (answer.errors?.length) {
      this.goOnWith(answer);
      this.fail(job, answer.errors, request.status >= 500);
    } else if (request.status === 413) {
      this.fail(job, [this.text.textTooLarge], false);
    } else if (request.status === 401) {
      this.fail(job, [this.text.textSignedOut], true);
    } else if (request.status >= 500) {
      this.fail(job, [this.text.textUnknown], true);
    } else {
      this.fail(job, [this.text.textRefused], true);
    }
  }

  // What it was to answer may be gone: the page goes on without it.
  goOnWith(answer) {
    if (!this.beside || !answer.file_url) return;
    this.form.action = answer.file_url;
    this.beside.action = answer.words_url;
  }

  succeed(job, answer) {
    this.say(`${job.file.name}: ${this.text.textDone}`);
    if (answer.redirect) {
      const url = new URL(answer.redirect, location.href);
      // What was typed beside it is saved with it.
      this.beside?.dispatchEvent(new CustomEvent("words:sent"));
      if (url.origin === location.origin) location.assign(url);
      return;
    }
    const list = document.getElementById(this.text.list);
    // What it took the place of.
    for (const id of answer.replaced ?? []) list?.querySelector(`[data-file="${CSS.escape(id)}"]`)?.remove();
    if (answer.html && list) {
      list.insertAdjacentHTML("beforeend", answer.html);
      job.row.row.remove();
      document.dispatchEvent(new CustomEvent("upload:stored", { detail: answer }));
    } else {
      job.row.state.textContent = this.text.textDone;
      this.reload = true;
    }
  }

  fail(job, sentences, again) {
    const { row, file } = job;
    if (this.beside) this.beside.inert = false;
    row.row.classList.add("is-wrong");
    row.bar.hidden = true;
    row.state.textContent = sentences.join(" ");
    this.say(`${file.name}: ${sentences.join(" ")}`);
    // A page that reloads by itself would take the reason away before it is read.
    this.reload = false;
    const buttons = [];
    if (again) {
      buttons.push(
        this.button(this.text.textRetry, file, () => {
          row.buttons.replaceChildren();
          this.queue.push(job);
          this.next();
          this.focusNear(row.row);
        }),
      );
    }
    buttons.push(this.button(this.text.textDismiss, file, () => this.dismiss(row.row)));
    row.buttons.replaceChildren(...buttons);
  }

  dismiss(row) {
    const near = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    this.focusNear(near);
  }

  // Whoever pressed a button that is gone goes on at what took its place, else where files are chosen.
  focusNear(row) {
    const button = row?.isConnected ? row.querySelector("button") : null;
    (button ?? this.input).focus();
  }

  say(sentence) {
    this.status.textContent = sentence;
  }
}

function scan() {
  for (const form of document.querySelectorAll("form[data-upload]:not([data-upload-ready])")) {
    form.dataset.uploadReady = "";
    new Upload(form);
  }
}

scan();
document.addEventListener("htmx:afterSettle", scan);
