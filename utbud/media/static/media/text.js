// The editor of captions and chapters: rows beside the player, by keyboard as well as by mouse. Without this file it is
// a plain form. What is wrong with a caption is said by the server each time the draft is saved: the rules stand there.
(() => {
  const root = document.querySelector("[data-text]");
  if (!root) return;
  const $ = (selector, within = root) => within.querySelector(selector);
  const words = JSON.parse(document.getElementById("m-words").textContent);
  const say = (key, values = {}) => (words[key] ?? key).replace(/\{(\w+)\}/g, (_all, name) => values[name] ?? "");
  const form = $("#m-form");
  const list = $("[data-rows]");
  const chapterList = $("[data-chapters]");
  const player = $("[data-player]");
  const status = $("[data-status]");
  const tell = (key, values) => (status.textContent = say(key, values));

  // --- times, as the server writes them ---------------------------------------------------------
  const clock = (second) => {
    const all = Math.max(0, Math.round(second * 1000));
    const [h, m, s, f] = [Math.floor(all / 3600000), Math.floor(all / 60000) % 60, Math.floor(all / 1000) % 60, all % 1000];
    const end = `${String(s).padStart(2, "0")},${String(f).padStart(3, "0")}`;
    return h ? `${h}:${String(m).padStart(2, "0")}:${end}` : `${m}:${end}`;
  };
  const seconds = (written) => {
    const found = /^(?:(?:(\d{1,3}):)?(\d{1,3}):)?(\d{1,6})(?:[.,](\d{1,3}))?$/.exec(written.replace(/\s/g, ""));
    return found ? (found[1] || 0) * 3600 + (found[2] || 0) * 60 + Number(found[3]) + Number(`0.${found[4] || 0}`) : NaN;
  };
  const number = (written) => Number(written.trim().replace(",", "."));

  // --- rows --------------------------------------------------------------------------------------
  const rows = () => [...list.children];
  const chapters = () => [...chapterList.children];
  const cell = (row, name) => $(`[name^="${name}-"]`, row);
  const values = (row) => ["start", "end", "text", "speaker"].map((name) => cell(row, name)?.value ?? "");
  const title = (row) => [cell(row, "chapter-start").value, cell(row, "chapter-text").value];
  const pattern = rows().at(-1).cloneNode(true);
  const chapterPattern = chapters().at(-1).cloneNode(true);
  let current = null;

  const renumber = (some, word, first = 0) => {
    for (let at = first; at < some.length; at++) {
      const row = some[at];
      for (const node of row.querySelectorAll("[id],[name],[for],[aria-labelledby],[aria-describedby]"))
        for (const name of ["id", "name", "for", "aria-labelledby", "aria-describedby"])
          if (node.hasAttribute(name)) node.setAttribute(name, node.getAttribute(name).replace(/\d+$/, at));
      $(".m-number", row).textContent = say(word, { number: at + 1 });
      const drop = $("[data-drop] .w-sr-only", row);
      if (drop) drop.textContent = ` ${say("chapter", { number: at + 1 }).toLowerCase()}`;
    }
  };
  const tidy = (from) => renumber(rows(), "row", from);
  const tidyChapters = () => renumber(chapters(), "chapter");
  const blank = (copy) => {
    copy.classList.remove("m-wrong", "m-current");
    for (const field of copy.querySelectorAll("input,textarea")) {
      field.type === "checkbox" ? (field.checked = false) : (field.value = "");
      field.removeAttribute("aria-invalid");
    }
    const says = $(".m-says", copy);
    says.textContent = "";
    const drop = $("[data-drop]", copy);
    if (drop) drop.hidden = false;
    return copy;
  };
  const made = (start, end, text, speaker = "") => {
    const row = blank(pattern.cloneNode(true));
    cell(row, "start").value = start;
    cell(row, "end").value = end;
    cell(row, "text").value = text;
    if (cell(row, "speaker")) cell(row, "speaker").value = speaker;
    return row;
  };
  const madeChapter = (start, text) => {
    const row = blank(chapterPattern.cloneNode(true));
    cell(row, "chapter-start").value = start;
    cell(row, "chapter-text").value = text;
    return row;
  };
  const choose = (row) => {
    if (row === current) return;
    current?.classList.remove("m-current");
    current = row;
    current?.classList.add("m-current");
  };
  const enter = (row, place) => {
    if (!row) return;
    choose(row);
    const field = cell(row, "text") ?? cell(row, "chapter-text");
    field.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
    if (place !== undefined) field.setSelectionRange(place, place);
  };
  const where = () => rows().indexOf(current);

  // --- undo --------------------------------------------------------------------------------------
  const steps = [];
  const now = () => ({ cues: rows().map(values), chapters: chapters().map(title), at: where() });
  const keep = () => {
    steps.push(now());
    if (steps.length > 100) steps.shift();
  };
  const build = (state) => {
    current = null;
    const cues = state.cues.length ? state.cues : [["", "", "", ""]];
    list.replaceChildren(...cues.map((cue) => made(...cue)));
    chapterList.replaceChildren(...state.chapters.map((chapter) => madeChapter(...chapter)));
    tidy();
    tidyChapters();
    preview();
  };

  // --- the player --------------------------------------------------------------------------------
  const track = player?.tagName === "VIDEO" ? player.addTextTrack("captions", "Svenska", "sv") : null;
  const line = $("[data-now]");
  let until = null;
  if (track) track.mode = "showing";
  let waiting = 0;
  const preview = () => {
    if (!player) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      if (track) {
        for (const cue of [...(track.cues ?? [])]) track.removeCue(cue);
        for (const row of rows()) {
          const [start, end, text, speaker] = values(row);
          const [from, to] = [seconds(start), seconds(end)];
          if (text && to > from) track.addCue(new VTTCue(from, to, (speaker ? `${speaker}: ` : "") + text));
        }
      }
      show();
    }, 200);
  };
  const show = () => {
    if (!line) return;
    const at = player.currentTime;
    const row = rows().find((one) => seconds(cell(one, "start").value) <= at && at < seconds(cell(one, "end").value));
    const [, , text, speaker] = row ? values(row) : [];
    line.textContent = row ? (speaker ? `${speaker}: ` : "") + text : "";
  };
  player?.addEventListener("timeupdate", () => {
    if (until !== null && player.currentTime >= until) {
      player.pause();
      until = null;
    }
    show();
  });
  for (const moved of ["seeked", "loadedmetadata"]) player?.addEventListener(moved, show);
  const start = (from, to) => {
    until = to;
    player.currentTime = from;
    player.play().catch(() => {});
  };

  // --- what the buttons do -------------------------------------------------------------------------
  const changed = (from) => {
    if (from !== undefined) tidy(from);
    preview();
    later();
  };
  const need = () => {
    if (!current || !list.contains(current)) current = rows()[0] ?? null;
    if (!current) tell("no_row");
    choose(current);
    return current;
  };
  const set = (name) => {
    if (!need()) return;
    keep();
    cell(current, name).value = clock(player.currentTime);
    tell(`${name}_set`, { number: where() + 1, time: clock(player.currentTime) });
    changed();
  };
  const shift = (way) => {
    const by = number($("[data-by]").value) * way;
    if (!Number.isFinite(by)) return tell("bad_shift");
    if (!need()) return;
    keep();
    const some = $("[data-rest]").checked ? rows().slice(where()) : [current];
    for (const row of some)
      for (const name of ["start", "end"]) {
        const second = seconds(cell(row, name).value);
        if (!Number.isNaN(second)) cell(row, name).value = clock(second + by);
      }
    tell("moved", { seconds: String(Math.round(by * 1000) / 1000).replace(".", ",") });
    changed();
  };
  const actions = {
    play() {
      if (!need()) return;
      const [from, to] = values(current).slice(0, 2).map(seconds);
      if (!Number.isNaN(from)) start(from, to > from ? to : null);
    },
    toggle() {
      until = null;
      player.paused ? player.play().catch(() => {}) : player.pause();
    },
    back() {
      until = null;
      player.currentTime = Math.max(0, player.currentTime - 3);
    },
    start: () => set("start"),
    end: () => set("end"),
    split() {
      if (!need()) return;
      const field = cell(current, "text");
      const [from, to, text, speaker] = values(current);
      const place = field.selectionStart;
      const [one, two] = [text.slice(0, place).trim(), text.slice(place).trim()];
      if (!one || !two) return enter(current);
      keep();
      const [a, b] = [seconds(from), seconds(to)];
      const at = player?.currentTime;
      // Where the player stands, if that is inside the row; otherwise by how much is said before.
      const middle = at > a + 0.2 && at < b - 0.2 ? at : a + ((b - a) * one.length) / (one.length + two.length);
      const row = made(Number.isNaN(middle) ? "" : clock(middle), to, two, speaker);
      field.value = one;
      if (!Number.isNaN(middle)) cell(current, "end").value = clock(middle);
      current.after(row);
      changed(where());
      enter(row, 0);
      tell("split");
    },
    join() {
      if (!need()) return;
      const next = current.nextElementSibling;
      if (!next) return tell("last");
      keep();
      const [, , text] = values(current);
      const [, to, more] = values(next);
      const place = text.length;
      const lines = `${text}\n${more}`;
      cell(current, "text").value = (lines.split("\n").length > 2 ? `${text} ${more}` : lines).trim();
      cell(current, "end").value = to;
      next.remove();
      changed(where());
      enter(current, place);
      tell("joined");
    },
    insert() {
      if (!need()) return;
      keep();
      const from = seconds(cell(current, "end").value);
      const next = current.nextElementSibling;
      const to = next ? seconds(cell(next, "start").value) : NaN;
      const row = made(
        Number.isNaN(from) ? "" : clock(from),
        Number.isNaN(from) ? "" : clock(to > from ? Math.min(to, from + 3) : from + 3),
        "",
        cell(current, "speaker")?.value,
      );
      current.after(row);
      changed(where());
      enter(row);
    },
    remove() {
      if (!need()) return;
      keep();
      const at = where();
      const near = current.nextElementSibling ?? current.previousElementSibling;
      if (near) current.remove();
      else blank(current);
      changed(at);
      enter(near ?? rows()[0]);
      tell("deleted", { number: at + 1 });
    },
    undo() {
      const before = steps.pop();
      if (!before) return tell("nothing_to_undo");
      build(before);
      changed();
      enter(rows()[Math.max(0, Math.min(before.at, rows().length - 1))]);
      tell("undone");
    },
    next() {
      const wrong = [...rows(), ...chapters()].filter((row) => $(".m-says p", row));
      const all = [...rows(), ...chapters()];
      const from = all.indexOf(document.activeElement?.closest("[data-row],[data-chapter]") ?? current);
      const next = wrong.find((row) => all.indexOf(row) > from) ?? wrong[0];
      if (!next) return tell("all_good");
      enter(next);
      status.textContent = $(".m-says p", next).textContent;
    },
    chapter() {
      keep();
      const second = player ? player.currentTime : seconds(current ? cell(current, "start").value : "0");
      const row = madeChapter(clock(Number.isNaN(second) ? 0 : second), "");
      const after = chapters().filter((one) => seconds(one.querySelector("input").value) <= second).pop();
      after ? after.after(row) : chapterList.prepend(row);
      tidyChapters();
      cell(row, "chapter-text").focus();
    },
    earlier: () => shift(-1),
    later: () => shift(1),
  };
  const keys = {};
  for (const button of root.querySelectorAll("[data-do]")) {
    keys[`Key${button.getAttribute("aria-keyshortcuts").slice(-1)}`] = button.dataset.do;
    // The row that one stands in keeps the marker: a button does not take it.
    button.addEventListener("mousedown", (event) => event.preventDefault());
    button.addEventListener("click", () => actions[button.dataset.do]());
  }
  root.addEventListener("click", ({ target }) => {
    const drop = target.closest("[data-drop]");
    if (drop) {
      keep();
      const row = drop.closest("[data-chapter]");
      const near = row.nextElementSibling ?? row.previousElementSibling;
      row.remove();
      tidyChapters();
      changed();
      near ? enter(near) : $('[data-do="chapter"]').focus();
      tell("chapter_deleted");
    }
    const go = target.closest("[data-go]");
    if (go) {
      const second = Number(go.dataset.go);
      const row = rows().filter((one) => seconds(cell(one, "start").value) <= second + 0.05).pop();
      start(second, null);
      enter(row);
    }
  });
  root.addEventListener("focusin", ({ target }) => {
    const row = target.closest("[data-row]");
    if (row) choose(row);
  });
  document.addEventListener("keydown", (event) => {
    if (event.code === "KeyS" && (event.ctrlKey || event.metaKey) && !event.altKey) {
      event.preventDefault();
      send(true);
      return;
    }
    if (!event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && need()) {
      event.preventDefault();
      enter(rows()[Math.max(0, Math.min(rows().length - 1, where() + step))]);
    } else if (keys[event.code]) {
      event.preventDefault();
      actions[keys[event.code]]();
    }
  });

  // --- saving -------------------------------------------------------------------------------------
  const saved = $("[data-saved]");
  const alert = $("[data-alert]");
  const field = (name) => form.elements.namedItem(name);
  let timer = 0;
  let busy = false;
  let again = null; // what is to be sent when the answer has come: false by itself, true because a person asked
  let dirty = false;
  let stopped = false;
  const later = () => {
    dirty = true;
    saved.textContent = say("unsaved");
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(() => send(false), 2500);
  };
  form.addEventListener("input", (event) => {
    if (event.target.closest("[data-row]")) preview();
    later();
  });
  const mark = (faults, mistakes) => {
    const said = new Map();
    for (const [at, says, stops] of faults) said.set(rows()[at], [...(said.get(rows()[at]) ?? []), [says, stops]]);
    for (const [kind, at, name, says] of mistakes) {
      const row = (kind === "cue" ? rows() : chapters())[at];
      said.set(row, [...(said.get(row) ?? []), [says, true]]);
      cell(row, kind === "cue" ? name : `chapter-${name}`).setAttribute("aria-invalid", "true");
    }
    for (const row of [...rows(), ...chapters()]) {
      const mine = said.get(row) ?? [];
      const box = $(".m-says", row);
      if (!mine.length && !box.firstChild) continue;
      row.classList.toggle("m-wrong", mine.some(([, stops]) => stops));
      box.replaceChildren(
        ...mine.map(([says, stops]) => Object.assign(document.createElement("p"), { textContent: says, className: stops ? "m-stop" : "" })),
      );
      if (!mistakes.length) for (const one of row.querySelectorAll("[aria-invalid]")) one.removeAttribute("aria-invalid");
    }
  };
  const send = async (whole, anyway = false) => {
    clearTimeout(timer);
    if (busy) {
      again = again || whole;
      return;
    }
    busy = true;
    dirty = false;
    saved.textContent = say("saving");
    const cues = rows().map(values);
    const body = new FormData();
    for (const name of ["csrfmiddlewaretoken", "read", "over", "script"]) body.append(name, field(name).value);
    body.append("rows", JSON.stringify({ cues, chapters: chapters().map(title) }));
    if (whole) body.append("whole", "1");
    if (anyway) body.append("anyway", "1");
    let answer = null;
    let result = {};
    try {
      answer = await fetch(root.dataset.save, { method: "POST", body, headers: { "X-Requested-With": "XMLHttpRequest" } });
      result = await answer.json();
    } catch {
      answer = null;
    }
    busy = false;
    if (!answer || (!answer.ok && !result.mistakes && !result.conflict)) {
      saved.textContent = say("offline");
      if (whole) tell("offline");
      dirty = true;
      timer = setTimeout(() => send(false), 10000);
      return;
    }
    if (result.conflict) {
      stopped = dirty = true;
      $("[data-alert-says]").textContent = result.conflict;
      alert.hidden = false;
      saved.textContent = say("unsaved");
      return;
    }
    if (result.mistakes) {
      dirty = true;
      mark([], result.mistakes);
      saved.textContent = say("not_saved");
      if (whole) {
        const [kind, at, name, says] = result.mistakes[0];
        const row = (kind === "cue" ? rows() : chapters())[at];
        enter(row);
        cell(row, kind === "cue" ? name : `chapter-${name}`).focus();
        status.textContent = says;
      }
      return;
    }
    field("read").value = result.read;
    field("over").value = result.over;
    stopped = false;
    alert.hidden = true;
    if (again !== null || dirty) {
      // Something was written while the answer was on its way: it says nothing of that.
      const asked = again === true;
      again = null;
      send(asked);
      return;
    }
    if (whole && JSON.stringify(result.cues) !== JSON.stringify(cues)) {
      const [at, name] = [where(), document.activeElement?.name?.replace(/-\d+$/, "")];
      keep();
      build({ cues: result.cues, chapters: result.chapters });
      const row = rows()[Math.max(0, Math.min(at, rows().length - 1))];
      if (name && cell(row, name)) cell(row, name).focus({ preventScroll: true });
    }
    mark(result.faults, []);
    for (const name of ["counted", "stops", "advice"]) $(`[data-${name}]`).textContent = result.summary[name];
    saved.textContent = say("saved", { time: result.time });
    if (whole) tell("saved", { time: result.time });
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(true);
  });
  $("[data-anyway]").onclick = () => send(true, true);
  addEventListener("beforeunload", (event) => {
    if (dirty) event.preventDefault();
  });
  // What is made elsewhere takes what is saved: so save first.
  for (const other of document.querySelectorAll("form[data-away]"))
    other.addEventListener("submit", async (event) => {
      if (!dirty && !busy) return;
      event.preventDefault();
      await send(false);
      if (!dirty) other.submit();
    });

  // --- captions under way --------------------------------------------------------------------------
  const work = document.querySelector("[data-work]");
  const look = async () => {
    const answer = await fetch(work.dataset.url, { headers: { "X-Requested-With": "XMLHttpRequest" } }).catch(() => null);
    const state = answer?.ok ? await answer.json() : null;
    if (state?.over && !dirty) return location.reload();
    if (state) {
      $("[data-work-says]", work).textContent = state.says;
      $("progress", work).value = state.progress;
    }
    setTimeout(look, 2000);
  };
  if (work) setTimeout(look, 2000);

  // --- begin ---------------------------------------------------------------------------------------
  root.classList.add("m-live");
  for (const row of rows().slice(1).reverse()) if (!values(row).join("")) row.remove();
  for (const row of chapters()) if (!title(row).join("")) row.remove();
  for (const button of root.querySelectorAll("[data-drop]")) button.hidden = false;
  for (const button of root.querySelectorAll("[data-go]")) button.disabled = false;
  const tools = $("[data-tools]");
  tools.hidden = false;
  if (matchMedia("(max-width: 60em)").matches) tools.open = false;
  choose(rows()[0]);
  preview();
})();
