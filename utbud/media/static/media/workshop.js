// The workshop: a file that is sent in pieces, progress of the work on it, the trim and the still.
(() => {
  "use strict";

  const words = window.mediaWords();
  const fill = window.mediaFill;
  const size = window.mediaSize;

  // Safari leaves captions off though the page says «default».
  for (const one of document.querySelectorAll("[data-player] track[default]")) one.track.mode = "showing";

  // --- upload ---------------------------------------------------------------------------------
  const form = document.querySelector("[data-upload]");
  if (form) {
    const data = form.dataset;
    const input = form.querySelector("input[type=file]");
    const [start, pause, progress, bytes, says] = ["start", "pause", "progress", "bytes", "says"].map((name) => form.querySelector(`[data-${name}]`));
    const bar = progress.querySelector("progress");
    const keep = (file) => `utbud-upload:${data.page}:${file.name}:${file.size}:${file.lastModified}`;
    const store = {
      get: (key) => { try { return localStorage.getItem(key); } catch { return null; } },
      set: (key, value) => { try { if (value) localStorage.setItem(key, value); else localStorage.removeItem(key); } catch { /* the list below has it too */ } },
    };
    const leave = (event) => event.preventDefault();
    let sender = null;
    let paused = false;
    let percent = 0;

    const say = (text, isError = false) => {
      says.textContent = text;
      says.classList.toggle("u-error", isError);
    };
    const idle = () => {
      window.removeEventListener("beforeunload", leave);
      start.hidden = false;
      input.disabled = false;
      pause.hidden = true;
      sender = null;
    };

    function told(event, more, file) {
      if (event === "created") store.set(keep(file), more.token);
      if (event === "progress") {
        percent = Math.floor((100 * more.sent) / file.size);
        bar.value = percent;
        bytes.textContent = fill(words.sending, { percent, sent: size(more.sent), all: size(file.size) });
        if (!paused) say("");
      }
      if (event === "waiting" || event === "busy") say(fill(words[event], more), true);
      if (event === "login") say(words.login, true);
      if (event === "failed") {
        store.set(keep(file), "");
        say(more.says || words.failed, true);
        idle();
      }
      if (event === "done") {
        store.set(keep(file), "");
        window.removeEventListener("beforeunload", leave);
        say(words.done);
        const use = document.createElement("form");
        use.method = "post";
        use.action = data.use.replace(/0{8}-0{4}-0{4}-0{4}-0{12}/, more.token);
        use.append(form.querySelector("[name=csrfmiddlewaretoken]").cloneNode());
        document.body.append(use);
        use.submit();
      }
    }

    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const file = input.files[0];
      if (!file) return say(words.choose, true);
      if (file.size === 0) return say(words.empty, true);
      if (file.size > Number(data.largest)) return say(words.too_large, true);
      if (data.token && (file.name.slice(-200) !== data.name || (data.size && file.size !== Number(data.size)))) {
        return say(fill(words.other_file, { name: data.name, size: size(Number(data.size)) }), true);
      }
      let token = data.token || store.get(keep(file));
      if (token && !data.token) {
        const there = await fetch(`${data.create}${token}/`, { method: "HEAD", headers: { "Tus-Resumable": "1.0.0", "X-Requested-With": "XMLHttpRequest" } }).catch(() => null);
        if (there && there.status !== 200) token = null;
      }
      window.addEventListener("beforeunload", leave);
      start.hidden = true;
      input.disabled = true;
      pause.hidden = false;
      progress.hidden = false;
      pause.focus();
      paused = false;
      pause.textContent = words.pause;
      sender = window.tusSender({
        create: data.create,
        metadata: { filename: file.name, page: data.page },
        token: token || null,
        size: file.size,
        source: () => file,
        told: (what, more) => told(what, more, file),
      });
      sender.start();
    });

    pause.addEventListener("click", () => {
      paused = !paused;
      pause.textContent = paused ? words.go_on : words.pause;
      if (paused) {
        sender.pause();
        say(fill(words.paused, { percent }));
      } else {
        say("");
        sender.resume();
      }
    });
  }

  // --- the work on it -------------------------------------------------------------------------
  const working = document.querySelector("[data-working]");
  if (working) {
    const [says, done] = ["says", "done"].map((name) => working.querySelector(`[data-${name}]`));
    const bar = working.querySelector("progress");
    const show = (element, text) => { if (element.textContent !== text) element.textContent = text; };
    const look = async () => {
      if (!document.hidden) {
        try {
          const answer = await fetch(working.dataset.url, { headers: { "X-Requested-With": "XMLHttpRequest" } });
          const state = await answer.json();
          if (state.over && !document.querySelector("[data-pause]:not([hidden])")) {
            location.reload();
            return;
          }
          bar.value = state.progress;
          show(says, state.says);
          show(done, state.done);
        } catch {
          // The network is gone: the next turn asks again.
        }
      }
      setTimeout(look, 2000);
    };
    setTimeout(look, 2000);
  }

  // --- trim and still -------------------------------------------------------------------------
  const player = document.querySelector("[data-player]");
  const trim = document.querySelector("[data-trim]");
  if (player && trim) {
    window.mediaTrim(trim, player, () => "");
  }
  const poster = document.querySelector("[data-poster]");
  if (player && poster) {
    const here = poster.querySelector("[data-here]");
    here.hidden = false;
    here.addEventListener("click", () => {
      poster.elements.second.value = Math.floor(player.currentTime * 1000) / 1000;
      poster.requestSubmit();
    });
  }
})();
