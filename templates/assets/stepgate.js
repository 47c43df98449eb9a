// Conveniences for the gateway's pages. Each of them works without this file;
// texts come from the page, so that there is one place to translate.
(() => {
  "use strict";
  const all = (selector, act) => document.querySelectorAll(selector).forEach(act);

  all("[data-script]", (element) => { element.hidden = false; });

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
  const day = { year: "numeric", month: "short", day: "numeric" };
  const time = { hour: "numeric", minute: "2-digit" };
  const full = { ...day, ...time };
  all("time[data-local]", (element) => {
    const at = new Date(element.dateTime);
    if (isNaN(at)) return;
    const today = at.toDateString() === new Date().toDateString();
    const format = { day, soon: today ? time : full }[element.dataset.local] || full;
    element.title = element.textContent;
    element.textContent = new Intl.DateTimeFormat(locale, format).format(at);
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
        await navigator.clipboard.writeText(source.textContent.replace(/\s/g, ""));
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
