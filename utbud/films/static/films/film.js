// The film's page: the text follows the film, and one can go to any line or part. Without this file the
// browser's own player is there, a part is a link to the page where the film begins there, and YouTube is a link.
(() => {
  const stage = document.querySelector(".stage");
  if (!stage) return;
  const video = stage.querySelector("video");
  const away = stage.querySelector(".away");
  const state = stage.querySelector(".state");
  const speed = stage.querySelector(".speed");
  const box = stage.querySelector(".said");
  const lines = [...stage.querySelectorAll(".line")];
  const parts = [...stage.querySelectorAll(".parts a")];
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const clock = (second) => `${Math.floor(second / 60)}:${String(Math.floor(second % 60)).padStart(2, "0")}`;
  const say = (words) => (state.textContent = words);
  let player = null; // what plays: {jump, rate}
  let follow = true; // until the reader moves the text: then it is left where it is

  // --- what is said now ---------------------------------------------------------------------------
  const last = (all, second, name) => all.filter((one) => Number(one.dataset[name]) <= second + 0.05).pop();
  const set = (all, now) => {
    // Returns whether it is another than before.
    const same = !now || now.hasAttribute("aria-current");
    for (const one of all) if (one !== now) one.removeAttribute("aria-current");
    if (!same) now.setAttribute("aria-current", "true");
    return !same;
  };
  const mark = (second) => {
    set(parts, last(parts, second, "to"));
    const line = last(lines, second, "from");
    if (!set(lines, line) || !follow) return;
    const { top, bottom } = line.getBoundingClientRect();
    const frame = box.getBoundingClientRect();
    if (top < frame.top + 8 || bottom > frame.bottom - 40) {
      const to = box.scrollTop + top - frame.top - box.clientHeight / 4;
      box.scrollTo({ top: to, behavior: still.matches ? "auto" : "smooth" });
    }
  };
  const go = (second) => {
    if (!player) return;
    follow = true;
    player.jump(second);
    mark(second);
    say(stage.dataset.from.replace("%s", clock(second)));
    (video || away).scrollIntoView({ block: "nearest", behavior: still.matches ? "auto" : "smooth" });
  };
  stage.addEventListener("click", (event) => {
    if (!player) return;
    const link = event.target.closest("[data-to]");
    if (link) {
      event.preventDefault();
      go(Number(link.dataset.to));
      return;
    }
    const line = event.target.closest(".line");
    if (line && !event.target.closest("summary,a,.forklaring") && !String(getSelection())) go(Number(line.dataset.from));
  });
  if (box) {
    for (const moved of ["wheel", "touchmove"]) box.addEventListener(moved, () => (follow = false), { passive: true });
    box.addEventListener("keydown", ({ key }) => {
      if (/^(Page|Home|End|Arrow)/.test(key) || key === " ") follow = false;
    });
  }
  for (const button of speed.querySelectorAll("button")) {
    button.onclick = () => {
      player.rate(Number(button.dataset.rate));
      for (const one of speed.querySelectorAll("button")) one.setAttribute("aria-pressed", one === button);
      say(button.dataset.says);
    };
  }
  const ready = (made) => {
    player = made;
    speed.hidden = false;
    if (!box) return;
    stage.classList.add("follows");
    stage.querySelector(".how").hidden = false;
  };

  // --- our own film ---------------------------------------------------------------------------------
  if (video) {
    ready({
      jump: (second) => {
        video.currentTime = second;
        video.play().catch(() => {});
      },
      rate: (rate) => (video.playbackRate = video.defaultPlaybackRate = rate),
    });
    for (const moment of ["timeupdate", "seeked"]) video.addEventListener(moment, () => mark(video.currentTime));
    const fail = () => say(stage.dataset.fail);
    video.addEventListener("error", fail);
    const sources = video.querySelectorAll("source");
    if (sources.length) sources[sources.length - 1].addEventListener("error", fail);
  }

  // --- a film on YouTube: nothing is asked for before the click ------------------------------------------
  if (away) {
    const { frame, name, begin } = away.dataset;
    const home = new URL(frame).origin;
    const link = away.querySelector("a.button");
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = link.textContent;
    button.setAttribute("aria-describedby", link.getAttribute("aria-describedby"));
    link.replaceWith(button);
    button.onclick = () => {
      const shown = document.createElement("iframe");
      const asked = { autoplay: 1, cc_load_policy: 1, cc_lang_pref: "sv", hl: "sv", rel: 0, enablejsapi: 1, origin: location.origin };
      if (begin) asked.start = begin;
      shown.src = `${frame}?${new URLSearchParams(asked)}`;
      shown.title = name;
      shown.allow = "autoplay; fullscreen; encrypted-media; picture-in-picture";
      shown.allowFullscreen = true;
      shown.referrerPolicy = "strict-origin-when-cross-origin"; // their player wants to know what site it is on
      // The player tells and is told by messages, as its own script has it; that script is not loaded.
      const tell = (what) => shown.contentWindow.postMessage(JSON.stringify({ id: 1, channel: "widget", ...what }), home);
      const order = (func, ...args) => tell({ event: "command", func, args });
      shown.onload = () => tell({ event: "listening" });
      addEventListener("message", ({ origin, source, data }) => {
        if (origin !== home || source !== shown.contentWindow) return;
        try {
          const second = JSON.parse(data)?.info?.currentTime;
          if (typeof second === "number") mark(second);
        } catch {
          // not a message of the kind we know
        }
      });
      away.replaceChildren(shown);
      shown.focus(); // where the pressed button was
      ready({
        jump: (second) => {
          order("seekTo", second, true);
          order("playVideo");
        },
        rate: (rate) => order("setPlaybackRate", rate),
      });
    };
  }
})();
