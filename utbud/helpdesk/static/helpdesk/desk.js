// The desk: each press is kept on this tablet until the server has said that it has it. Nobody's name is in it.
// Each has a key, so that it may be sent twice and is counted once. Without this script the page is plain forms.
(() => {
  const form = document.querySelector("form[data-desk]");
  if (!form || !window.fetch) return;
  const one = (selector, inside = document) => inside.querySelector(selector);
  const says = one("[data-says]");
  const waits = one("[data-waits]");
  const list = one("[data-going-list]");
  const words = says.dataset;
  const STORE = "utbud-disken:";
  const MINUTE = 60000;
  const only = new Map(); // where the browser keeps nothing
  let wait = 2000;
  let timer = 0;
  let undoTimer = 0;
  let token = form.elements.csrfmiddlewaretoken.value;
  let trouble = "";
  let busy = false;

  // --- what waits: a row each in the browser's storage, so that two tabs never write over each other ---
  const uuid = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  };
  const stored = () => {
    const found = new Map(only);
    try {
      for (let at = 0; at < localStorage.length; at += 1) {
        const name = localStorage.key(at);
        if (name.startsWith(STORE)) {
          try { found.set(name, JSON.parse(localStorage.getItem(name))); } catch { localStorage.removeItem(name); }
        }
      }
    } catch { /* a browser that keeps nothing */ }
    return [...found].sort(([a], [b]) => (a < b ? -1 : 1));
  };
  const keep = (press) => {
    const last = stored().at(-1)?.[0].slice(STORE.length, STORE.length + 10) || 0;
    const name = `${STORE}${String(Number(last) + 1).padStart(10, "0")}-${uuid()}`;
    try { localStorage.setItem(name, JSON.stringify(press)); } catch {
      only.set(name, press);
      trouble = words.full;
    }
  };
  const forget = (name) => {
    only.delete(name);
    try { localStorage.removeItem(name); } catch { /* nothing there */ }
  };

  const tell = () => {
    const count = stored().length;
    const link = trouble === waits.dataset.login;
    waits.textContent = "";
    if (!count || (!trouble && busy)) return;
    waits.append(count === 1 ? waits.dataset.one : waits.dataset.many.replace("%s", count), trouble ? `. ${trouble} ` : "");
    if (link) {
      const login = document.createElement("a");
      login.href = waits.dataset.loginUrl;
      login.textContent = waits.dataset.loginWords;
      waits.append(login);
    }
  };
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(send, wait);
    wait = Math.min(wait * 2, 30000);
  };
  const refresh = async () => { // another login has another token; the page that it is given tells
    const page = await (await fetch(location.pathname, { headers: { Accept: "text/html" } })).text();
    const found = /data-desk[^]*?name="csrfmiddlewaretoken" value="([^"]+)"/.exec(page);
    if (found) [, token] = found;
    return Boolean(found);
  };
  const post = (rows) => {
    const body = new URLSearchParams();
    body.set("csrfmiddlewaretoken", token);
    body.set("presses", JSON.stringify(rows.map(([id, press]) => ({ ...press, id, ago: (Date.now() - press.at) / 1000 }))));
    return fetch(form.action || location.pathname, { method: "POST", body, headers: { Accept: "application/json" }, keepalive: body.toString().length < 60000, redirect: "error" });
  };
  async function turn() {
    let rows = stored().slice(0, 50);
    while (rows.length) {
      let answer = await post(rows);
      if ([401, 403].includes(answer.status)) {
        if (!(await refresh())) { trouble = waits.dataset.login; return false; }
        answer = await post(rows);
      }
      if (!answer.ok) { trouble = waits.dataset.away; return false; }
      const said = await answer.json();
      said.kept.forEach(forget);
      if (said.late.length) show(words.late);
      rows = stored().slice(0, 50);
      if (!said.kept.length) return false;
    }
    return true;
  }
  async function send() {
    if (busy) return;
    clearTimeout(timer);
    if (!stored().length) { trouble = ""; tell(); return; }
    busy = true;
    let fine = false;
    try {
      // One tab at a time where the browser can; two would only send the same thing twice, which is counted once.
      fine = navigator.locks ? await navigator.locks.request("utbud-disken", turn) : await turn();
    } catch { trouble = waits.dataset.away; }
    busy = false;
    if (fine) { wait = 2000; trouble = ""; } else later();
    tell();
  }
  const press = (what) => {
    keep({ at: Date.now(), ...what });
    tell();
    send();
  };

  // --- what is said, with «Ångra» for a minute ---
  function show(text, undo) {
    says.textContent = "";
    clearTimeout(undoTimer);
    const line = document.createElement("p");
    line.textContent = text;
    says.append(line);
    if (!undo) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button-small button-secondary";
    button.textContent = words.undo;
    button.addEventListener("click", () => { undo(); show(words.undone); one("input[name=what]", form)?.focus(); });
    says.append(button);
    undoTimer = setTimeout(() => button.remove(), MINUTE);
  }

  // --- visits that go on ---
  const started = new WeakMap(); // when a row's clock was last set going, by a clock that nobody changes
  const seconds = (row) => Number(row.dataset.seconds) + (row.dataset.paused ? 0 : (performance.now() - started.get(row)) / 1000);
  const tick = () => list.querySelectorAll("li").forEach((row) => {
    const minutes = Math.floor(seconds(row) / 60);
    one('[data-text="time"]', row).textContent = row.dataset.paused ? `${words.pausedAfter} ${minutes} ${words.min}` : `${minutes} ${words.soFar}`;
    one('[value="pause"]', row).hidden = Boolean(row.dataset.paused);
    one('[value="on"]', row).hidden = !row.dataset.paused;
  });
  const begin = (row) => { started.set(row, performance.now()); };
  const sections = () => {
    for (const part of ["[data-going-section]", "[data-going-jump]"]) one(part).hidden = !list.children.length;
  };
  const rowOf = (key) => [...list.children].find((row) => row.dataset.key === key);
  const addRow = (key, text, so_far = 0) => {
    const row = one("[data-going-row]").content.firstElementChild.cloneNode(true);
    row.dataset.key = key;
    row.dataset.words = text;
    row.dataset.seconds = so_far;
    row.dataset.paused = "";
    one('[data-text="words"]', row).textContent = text;
    one("input[name=key]", row).value = key;
    row.querySelectorAll("button .w-sr-only, a .w-sr-only").forEach((hidden) => { hidden.textContent = ` ${text}`; });
    one("[data-more-link]", row).href = form.dataset.visitUrl.replace(/0{8}-[0-]+/, key);
    begin(row);
    list.append(row);
    sections();
    tick();
    return row;
  };
  const apply = (row, deed) => {
    if (deed === "pause") { row.dataset.seconds = seconds(row); row.dataset.paused = "1"; }
    if (deed === "on") { begin(row); row.dataset.paused = ""; }
    if (deed === "done" || deed === "undo") row.remove();
    sections();
    tick();
  };
  list.addEventListener("submit", (event) => {
    const row = event.target.closest("li");
    const deed = event.submitter?.value;
    if (!row || !deed) return;
    event.preventDefault();
    const key = row.dataset.key;
    const so_far = seconds(row);
    press({ deed, key });
    apply(row, deed);
    const said = { done: words.done, pause: words.paused, on: words.on }[deed];
    const text = deed === "done" ? `${said} ${row.dataset.words}, ${Math.max(1, Math.round(so_far / 60))} ${words.min}.` : `${said} ${row.dataset.words}.`;
    show(text, deed === "done" ? () => { press({ deed: "undo", key }); apply(addRow(key, row.dataset.words, so_far), "pause"); } : null);
  });
  list.querySelectorAll("li").forEach(begin);
  for (const [, waiting] of stored()) { // what this tablet knows and the server does not yet
    const row = rowOf(waiting.key);
    if (waiting.deed === "start" && !row) addRow(waiting.key, waiting.words || "", Math.max(0, (Date.now() - waiting.at) / 1000));
    else if (row && waiting.deed !== "start") apply(row, waiting.deed);
  }
  setInterval(tick, 10000);
  tick();

  // --- a visit: what, how long, done ---
  const kinds = [...form.querySelectorAll("input[name=what]")];
  const lengths = [...form.querySelectorAll("input[name=minutes]")];
  const chosen = (part) => [...form.querySelectorAll(`[data-more="${part}"] input:checked`)].map((input) => input.value);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const running = event.submitter?.name === "start";
    const what = kinds.filter((input) => input.checked);
    const other = form.elements.other;
    if (!what.length) { show(words.choose); kinds[0].focus(); return; }
    if (!other.checkValidity()) { one("details", form).open = true; other.reportValidity(); return; }
    const errands = what.flatMap((input) => Array.from({ length: Number(form.elements[`n-${input.value}`]?.value || 1) }, () => [input.value, ...chosen("more")]));
    errands[0].push(...chosen("end"));
    const minutes = Number(other.value || lengths.find((input) => input.checked)?.value) || null;
    const text = what.map((input) => {
      const count = Number(form.elements[`n-${input.value}`]?.value || 1);
      return count > 1 ? `${count} ${input.dataset.words}` : input.dataset.words;
    }).join(", ");
    const key = uuid();
    press({ deed: running ? "start" : "note", key, place: form.dataset.place, minutes: running ? null : minutes, errands, words: text });
    if (running) addRow(key, text);
    form.reset();
    one("details", form).open = false;
    material();
    kinds[0].focus({ preventScroll: true });
    const length = minutes && !running ? `, ${minutes} ${words.min}` : "";
    show(`${running ? words.begun : words.noted} ${text}${length}.`, () => { press({ deed: "undo", key }); rowOf(key)?.remove(); sections(); });
  });

  // --- by number keys: what, how long, Enter ---
  document.addEventListener("keydown", (event) => {
    const at = event.target;
    if (event.ctrlKey || event.metaKey || event.altKey || at.matches("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]")) return;
    const number = /^[1-9]$/.test(event.key) ? Number(event.key) - 1 : -1;
    if (number >= 0) {
      const long = at.closest?.('[data-group="long"]');
      const input = (long ? lengths : kinds)[number];
      if (!input) return;
      event.preventDefault();
      input.checked = long ? true : !input.checked;
      input.dispatchEvent(new Event("change", { bubbles: true }));
      (long || !input.checked ? input : lengths[0]).focus();
    } else if (event.key === "+") {
      event.preventDefault();
      kinds[0].focus();
    } else if (event.key === "Enter" && at.matches("[data-desk] input")) {
      event.preventDefault();
      one("button[name=note]", form).click();
    }
  });

  // --- while helping ---
  const found = one("[data-help-found]");
  const all = one("[data-help-all]");
  const shown = new Map();
  let latest = 0;
  async function material() {
    const keys = kinds.filter((input) => input.checked).map((input) => input.value);
    const mine = (latest += 1);
    all.hidden = Boolean(keys.length);
    try {
      for (const key of keys) {
        if (!shown.has(key)) {
          const answer = await fetch(form.dataset.helpUrl.replace("/0/", `/${key}/`));
          if (answer.ok && !answer.redirected) shown.set(key, await answer.text());
        }
      }
    } catch { /* no net: the work goes on without */ }
    if (mine === latest) found.innerHTML = keys.map((key) => shown.get(key) || "").join("");
  }
  form.addEventListener("change", (event) => { if (event.target.name === "what") material(); });
  found.addEventListener("submit", async (event) => {
    event.preventDefault();
    const line = one("[data-lacked-says]", event.target);
    const body = new URLSearchParams({ csrfmiddlewaretoken: token });
    one("button", event.target).disabled = true;
    try {
      line.textContent = (await (await fetch(event.target.action, { method: "POST", body, headers: { Accept: "application/json" } })).json()).says;
    } catch {
      line.textContent = waits.dataset.away;
      one("button", event.target).disabled = false;
    }
  });

  window.addEventListener("online", () => { wait = 2000; send(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) { wait = 2000; send(); } });
  window.addEventListener("storage", tell);
  if (navigator.serviceWorker) { // so that the page can be opened without network too (natlos.js)
    navigator.serviceWorker.register(form.dataset.worker).then(() => navigator.serviceWorker.ready).then((worker) => {
      worker.active.postMessage(performance.getEntriesByType("resource").map((entry) => entry.name));
    }).catch(() => { /* it is opened with network only */ });
  }
  if (kinds.some((input) => input.checked)) material();
  send();
})();
