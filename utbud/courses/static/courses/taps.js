// Who came: each tap is sent by itself, and says that it is kept. Without this the form has «Spara», as before.
// What is not kept yet stays in this browser (a number and a choice, no name) until it is, though the page is left.
(() => {
  const form = document.querySelector("form[data-taps]");
  if (!form || !window.fetch) return;
  const says = form.querySelector("[data-taps-says]");
  const words = form.dataset;
  const store = `utbud-taps:${location.pathname}`;
  const DAY = 24 * 3600 * 1000;
  const waits = new Map(); // person: { was, chosen, at }
  let busy = false;
  let wait = 2000;
  let timer = 0;
  let why = "";

  const was = (person) => form.querySelector(`input[name="was${person}"]`);
  const radio = (person, value) => form.querySelector(`input[name="p${person}"][value="${value}"]`);
  const mark = (person, text) => {
    const field = was(person)?.closest("fieldset");
    if (!field) return;
    let place = field.querySelector("[data-tap]");
    if (!place) {
      place = document.createElement("span");
      place.dataset.tap = "";
      place.className = "u-note-line";
      field.append(place);
    }
    place.textContent = text;
  };
  const keep = () => {
    try {
      if (waits.size) localStorage.setItem(store, JSON.stringify([...waits]));
      else localStorage.removeItem(store);
    } catch { /* a browser that keeps nothing: the page itself still tries */ }
  };
  const tell = (text) => { if (says.textContent !== text) says.textContent = text; };
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(send, wait);
    wait = Math.min(wait * 2, 30000);
  };

  async function send() {
    if (busy || !waits.size) return;
    busy = true;
    clearTimeout(timer);
    const sent = new Map(waits);
    const body = new URLSearchParams();
    body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    for (const [person, tap] of sent) {
      body.set(`was${person}`, tap.was);
      body.set(`p${person}`, tap.chosen);
    }
    let answer = null;
    let said = {};
    try {
      answer = await fetch(location.href, { method: "POST", body, headers: { Accept: "application/json" }, keepalive: true, redirect: "error" });
      said = await answer.json();
    } catch { /* the net, or an answer that is no answer */ }
    busy = false;
    if (answer?.ok && said.kept) {
      wait = 2000;
      why = "";
      for (const [person, tap] of sent) {
        if (waits.get(person) === tap) {
          waits.delete(person);
          mark(person, words.kept);
        } else if (waits.has(person)) waits.get(person).was = tap.chosen; // «Spara» may have taken it over meanwhile
        if (was(person)) was(person).value = tap.chosen;
      }
      keep();
      tell(waits.size ? words.waits : `${words.allKept} ${said.says}`);
      if (waits.size) send();
      return;
    }
    if (answer && [401, 403, 422].includes(answer.status)) { // a person must do something: it is tried again after that
      why = answer.status === 401 ? words.loggedOut : said.says || words.refused;
    } else why = words.away;
    for (const person of sent.keys()) mark(person, words.notKept);
    tell(`${words.notKept} ${why}`);
    later();
  }

  const tap = (person, chosen) => {
    const before = waits.get(person)?.was ?? was(person).value;
    waits.set(person, { was: before, chosen, at: Date.now() });
    mark(person, words.waits);
    keep();
    send();
  };

  form.addEventListener("change", (event) => {
    const person = /^p(\d+)$/.exec(event.target.name || "")?.[1];
    if (person && event.target.type === "radio") tap(person, event.target.value);
  });
  form.addEventListener("submit", () => { // all of it goes with «Spara»
    waits.clear();
    clearTimeout(timer);
    keep();
  });
  window.addEventListener("online", () => { wait = 2000; send(); });
  window.addEventListener("beforeunload", (event) => { if (waits.size && why) event.preventDefault(); });

  // What an earlier visit could not get kept.
  try {
    for (const [person, one] of JSON.parse(localStorage.getItem(store) || "[]")) {
      const choice = radio(person, one.chosen);
      if (!choice || Date.now() - one.at > DAY || was(person).value === one.chosen) continue;
      choice.checked = true;
      waits.set(person, one);
      mark(person, words.waits);
    }
  } catch { /* not ours, or not readable */ }
  keep();
  send();
})();
