// Conveniences for the gateway's pages. Each of them works without this file;
// texts come from the page, so that there is one place to translate.
(() => {
  "use strict";
  const all = (selector, act) => document.querySelectorAll(selector).forEach(act);

  all("[data-script]", (element) => { element.hidden = false; });

  // A dialog is a page that is open already; here it becomes a modal one. Escape leads to where
  // *Cancel* leads, and from codes that have not been saved nowhere.
  const dialog = document.querySelector("dialog");
  if (dialog && dialog.showModal) {
    dialog.open = false;
    dialog.showModal();
    // Not on the first button: Enter must not remove what nobody has read.
    if (!dialog.querySelector("[autofocus]")) {
      const title = document.getElementById("title");
      title.tabIndex = -1;
      title.focus();
    }
    const leave = (event) => {
      event.preventDefault();
      if (!dialog.open) dialog.showModal();
      // What is under way may come back with codes that are shown once.
      if (dialog.querySelector("[data-sent], [data-asking]")) return;
      const done = dialog.querySelector("[data-needs]");
      if (done) done.click(); else location.assign(dialog.dataset.leave);
    };
    dialog.addEventListener("cancel", leave);
    dialog.addEventListener("close", leave);
  } else if (location.hash) {
    // Back from a dialog: the focus is where it was before.
    document.getElementById(location.hash.slice(1))?.focus();
  }

  // Browsers that do not focus a box by its autofocus attribute.
  const summary = document.querySelector(".summary");
  const code = document.getElementById("code");
  if (summary) {
    summary.focus();
    // Whoever types or pastes the next code right away means the field.
    summary.addEventListener("keydown", (event) => {
      const paste = (event.ctrlKey || event.metaKey) && event.key === "v";
      if (code && (/^[0-9]$/.test(event.key) || paste)) code.focus();
    });
  }

  // Passkeys: the browser's answer goes into the form, which is then sent like any other.
  const passkey = async (form, make) => {
    const options = JSON.parse(form.dataset.options);
    const parse = make ? "parseCreationOptionsFromJSON" : "parseRequestOptionsFromJSON";
    const publicKey = PublicKeyCredential[parse](options);
    const made = await navigator.credentials[make ? "create" : "get"]({ publicKey });
    return JSON.stringify(made.toJSON());
  };
  all("form[data-passkey]", (form) => {
    const make = form.dataset.passkey === "create";
    const field = form.elements.credential;
    const say = (why) => {
      const said = form.querySelector("[data-said]");
      // That there is one already is no failure.
      said.className = why === "known" ? "note" : "wrong";
      said.textContent = why ? form.querySelector(`[data-why=${why}]`).content.textContent : "";
    };
    let asking = false;
    addEventListener("pageshow", (event) => { if (event.persisted) field.value = ""; });
    form.addEventListener("submit", async (event) => {
      if (field.value) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (asking) return;
      if (!window.PublicKeyCredential || !PublicKeyCredential.parseCreationOptionsFromJSON) return say("unsupported");
      // The challenge has five minutes, and the prompt needs some of them.
      if (performance.now() > 210000) return location.replace(location.pathname + location.search);
      say("");
      asking = true;
      form.dataset.asking = "";
      const begun = Date.now();
      try {
        field.value = await passkey(form, make);
        form.requestSubmit();
      } catch (error) {
        const late = Date.now() - begun > (JSON.parse(form.dataset.options).timeout || 60000) - 500;
        say({ InvalidStateError: "known", ConstraintError: "unfit", NotSupportedError: "unsupported",
          SecurityError: "unsupported", NotAllowedError: late ? "late" : "cancelled",
          AbortError: "cancelled" }[error.name] || "failed");
        form.parentElement.querySelector("details.apart")?.setAttribute("open", "");
      }
      asking = false;
      delete form.dataset.asking;
    });
  });

  // Password managers forget what was removed here, or never accepted.
  const tell = (name, what) =>
    window.PublicKeyCredential?.[name]?.(JSON.parse(what)).catch(() => {});
  all("[data-accepted]", (element) => tell("signalAllAcceptedCredentials", element.dataset.accepted));
  all("[data-unknown]", (element) => tell("signalUnknownCredential", element.dataset.unknown));

  // A second press must not spend a code twice.
  all("form", (form) => {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) return event.preventDefault();
      form.dataset.sent = "1";
      form.setAttribute("aria-busy", "true");
      setTimeout(() => release(form), 8000);
    });
  });
  const release = (form) => {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
  };
  addEventListener("pageshow", (event) => {
    if (event.persisted) all("form", release);
  });

  if (code) {
    code.addEventListener("input", () => {
      // Some managers paste 123-456, which the field's pattern refuses.
      if (/[-\u00a0\u2009]/.test(code.value)) {
        code.value = code.value.replace(/[-\u00a0\u2009]/g, " ");
      }
      const digits = code.value.replace(/ /g, "");
      if (/^[0-9]{6}$/.test(digits) && "auto" in code.form.dataset) code.form.requestSubmit();
    });
  }

  // Times arrive in UTC. The reader's zone, in the page's language: of the
  // browser's languages the first that is the page's own, for its region.
  const lang = document.documentElement.lang || "en";
  const locale = (navigator.languages || []).find((l) => l.split("-")[0] === lang.split("-")[0]) || lang;
  const time = { hour: "numeric", minute: "2-digit" };
  const show = (at, format) => new Intl.DateTimeFormat(locale, format).format(at);
  // The year only where it is another one.
  const dayOf = (at) => ({
    month: "short", day: "numeric",
    ...(at.getFullYear() !== new Date().getFullYear() && { year: "numeric" }),
  });

  // "in 30 seconds (5:19:30)", kept up to date. Never early: whoever tries at
  // the time that is shown must not be refused, so minutes are rounded up.
  const wait = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  const countDown = (element, at) => {
    const left = Math.ceil((at - Date.now()) / 1000);
    if (left <= 0) return void (element.textContent = wait.format(0, "second"));
    const near = left < 120;
    const until = near ? at : new Date(Math.ceil(at / 60000) * 60000);
    const today = until.toDateString() === new Date().toDateString();
    const clock = show(until, { ...(!today && dayOf(until)), ...time, ...(near && { second: "2-digit" }) });
    const relative = near ? wait.format(left, "second")
      : left <= 5400 ? wait.format(Math.ceil(left / 60), "minute")
      : wait.format(Math.round(left / 3600), "hour");
    element.textContent = `${relative} (${clock.replace(/\s/g, "\u00a0")})`;
    setTimeout(countDown, 1000, element, at);
  };

  all("time[data-local]", (element) => {
    const at = new Date(element.dateTime);
    if (isNaN(at)) return;
    element.title = element.textContent;
    const kind = element.dataset.local;
    if (kind === "soon") return countDown(element, at);
    element.textContent = show(at, { ...dayOf(at), ...(kind !== "day" && time) });
  });

  const lines = (list) => [...list.children].map((item) => item.textContent.trim()).join("\n");
  all("[data-download]", (button) => {
    button.addEventListener("click", () => {
      const text = `${button.dataset.head}\n\n${lines(document.getElementById(button.dataset.download))}\n`;
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
      link.download = button.dataset.file.replace(/[^\w.-]/g, "-");
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    });
  });
  all("[data-print]", (button) => button.addEventListener("click", () => print()));
  all("[data-needs]", (link) => {
    const box = document.getElementById(link.dataset.needs);
    const follow = () => link.setAttribute("aria-disabled", !box.checked);
    box.addEventListener("change", follow);
    link.addEventListener("click", (event) => {
      if (!box.checked) { event.preventDefault(); box.focus(); }
    });
    follow();
  });

  all("[data-copy]", (button) => {
    const source = document.getElementById(button.dataset.copy);
    if (!source || !navigator.clipboard) return;
    button.hidden = false;
    const label = button.textContent;
    const said = document.createElement("span");
    said.className = "unseen";
    said.setAttribute("role", "status");
    button.after(said);
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText("lines" in button.dataset ? lines(source) : source.textContent.replace(/\s/g, ""));
        button.textContent = said.textContent = button.dataset.done;
        setTimeout(() => { button.textContent = label; said.textContent = ""; }, 3000);
      } catch {
        // Not allowed: the text is selected for copying by hand.
        getSelection().selectAllChildren(source);
      }
    });
  });

  // An opened form is there to be typed into.
  all("details", (details) => {
    details.addEventListener("toggle", () => {
      const field = details.querySelector("input:not([type=hidden])");
      if (details.open && field) field.select();
    });
  });

  // Without the fragment: an address that differs in nothing else is not loaded again.
  all("[data-again]", (element) => {
    setTimeout(() => location.replace(location.pathname + location.search), Number(element.dataset.again));
  });
})();
