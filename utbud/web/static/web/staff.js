// Names and roles that Wagtail leaves out, taken from the words that stand beside (WCAG 1.3.1, 2.5.3, 4.1.2).
(() => {
  const text = (element) => element?.textContent.replace(/\s+/g, " ").trim() || "";
  const all = (selector, act) => document.querySelectorAll(selector).forEach(act);
  const set = (element, name, value) => {
    if (value && element.getAttribute(name) !== value) element.setAttribute(name, value);
  };
  let made = 0;

  function mend() {
    all('[contenteditable][role="textbox"]:not([aria-labelledby]):not([aria-label])', (field) => {
      const heading = field.closest("[data-panel]")?.getAttribute("aria-labelledby");
      if (heading) set(field, "aria-labelledby", heading);
      else set(field, "aria-label", text(field.closest("[data-field]")?.querySelector("label")));
    });
    // A block of one field: its kind and its place in the row, «Steg 2».
    all("[data-streamfield-child]", (block) => {
      const field = block.querySelector(":scope > section > .w-panel__content > .w-field__wrapper > [data-field] :is(input[type=text], textarea)");
      if (!field || field.labels.length) return;
      const row = [...block.parentElement.querySelectorAll(":scope > [data-streamfield-child]")];
      set(field, "aria-label", `${text(block.querySelector(".c-sf-block__type"))} ${row.indexOf(block) + 1}`);
    });
    all("input.ui-autocomplete-input:not([aria-label])", (field) => set(field, "aria-label", text(field.closest("[data-field-wrapper]")?.querySelector("label"))));
    all("#fileupload:not([aria-label])", (field) => set(field, "aria-label", text(field.parentElement.querySelector("button"))));
    all('.modal[role="dialog"]:not([aria-labelledby])', (dialog) => {
      const heading = dialog.querySelector("h1, h2");
      if (!heading) return;
      heading.id ||= `dialog-heading-${(made += 1)}`;
      set(dialog, "aria-labelledby", heading.id);
      dialog.querySelectorAll("nav[aria-label]").forEach((nav) => set(nav, "aria-label", `${nav.getAttribute("aria-label")}: ${text(heading)}`));
    });
    all('[role="tab"]', (tab) => tab.closest('[role="tablist"]') || tab.removeAttribute("role"));
    all("a.sidebar-custom-branding[aria-label]", (link) => text(link) && link.removeAttribute("aria-label"));
    all("thead th", (cell) => {
      if (!text(cell) && !cell.children.length && !cell.hasAttribute("aria-label")) cell.replaceWith(document.createElement("td"));
    });
    all('[role="search"] input[type="submit"][value="Search"]', (button) => set(button, "value", text(button.form.querySelector("label"))));
    all('h2[role="alert"]', (heading) => {
      const box = document.createElement("div");
      heading.removeAttribute("role");
      box.setAttribute("role", "alert");
      heading.replaceWith(box);
      box.append(heading);
    });
    // What a group may do: a column and a row, in the words of the table.
    all("td > label.w-sr-only:has(+ input[type=checkbox])", (label) => {
      const cell = label.parentElement;
      const row = cell.parentElement;
      const column = row.closest("table")?.tHead?.rows[0].cells[cell.cellIndex];
      const name = `${column?.title || text(column)}: ${text(row.querySelector("h3, label")) || text(row.querySelector("option:checked"))}`;
      if (column && text(label) !== name) label.textContent = name;
    });
  }

  let asked = false;
  const soon = () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      mend();
    });
  };
  new MutationObserver(soon).observe(document.documentElement, { childList: true, subtree: true });
  mend();
})();

// A press that sends the editor's form waits for the autosave under way: a new page would else be made twice, and the
// second be refused since its address is taken.
(() => {
  let saving = false;
  let waiting = null;
  let patience = 0;
  const go = () => {
    const pressed = waiting;
    saving = false;
    waiting = null;
    clearTimeout(patience);
    if (pressed) pressed.form.requestSubmit(pressed.button);
  };
  document.addEventListener("w-autosave:save", () => { saving = true; });
  document.addEventListener("w-autosave:success", go);
  document.addEventListener("w-autosave:error", go);
  document.addEventListener("submit", (event) => {
    if (!saving || !event.target.matches("[data-edit-form]")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!waiting) patience = setTimeout(go, 15000);
    waiting = { form: event.target, button: event.submitter };
  }, true);
})();

// What is typed is warned about from the first letter, before any autosave has run and in forms that have none; and what
// is not saved by itself is said.
(() => {
  let dirty = false;
  let since = 0; // changes that the autosave under way does not have
  let notice = null;
  const typed = (event) => {
    const form = event.target.closest?.("form");
    if (!form || form.method !== "post" || form.matches("[data-kept], .login-form")) return;
    if (form.matches("[data-taps]") && event.target.type === "radio") return; // kept by itself
    dirty = true;
    since += 1;
  };
  for (const type of ["input", "change"]) document.addEventListener(type, typed, true);
  // What the form holds goes with it, unless the press is stopped.
  document.addEventListener("submit", (event) => {
    setTimeout(() => { if (!event.defaultPrevented) dirty = false; });
  });
  document.addEventListener("w-autosave:save", () => { since = 0; });
  document.addEventListener("w-autosave:success", () => {
    dirty = since > 0;
    notice?.remove();
    notice = null;
  });
  document.addEventListener("w-autosave:error", () => {
    const form = document.querySelector("[data-edit-form]");
    if (notice || !form) return;
    notice = document.createElement("div");
    notice.className = "help-block help-warning";
    notice.setAttribute("role", "alert");
    notice.textContent = "Det du skriver sparas inte av sig självt just nu. Tryck på knappen längst ner, så ser du varför. Är du utloggad får du logga in där, och det du har skrivit följer med.";
    form.before(notice);
  });
  window.addEventListener("beforeunload", (event) => {
    if (dirty) event.preventDefault();
  });
})();
