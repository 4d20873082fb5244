// A text that follows a film or a sound, and that one can go by. Without this file the browser's own player is there,
// and a part is a link. What it needs: .stage (data-from «Går från %s.», data-fail) with a video or audio, .state
// (role=status), .speed (hidden, buttons with data-rate and data-says), [data-to] for what one can go to, .said with
// .line[data-from] for what is said; seconds everywhere. A player that is no element of ours (films/youtube.js) makes
// itself known by the event «player» ({jump, rate}) on the stage, and tells by «moment» which second it is at.
(() => {
  const stage = document.querySelector(".stage");
  if (!stage) return;
  const media = stage.querySelector("video,audio");
  const state = stage.querySelector(".state");
  const speed = stage.querySelector(".speed");
  const box = stage.querySelector(".said");
  const lines = [...stage.querySelectorAll(".line")];
  const parts = [...stage.querySelectorAll(".parts [data-to]")];
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const clock = (second) => {
    const [hours, minutes, left] = [Math.floor(second / 3600), Math.floor(second / 60) % 60, Math.floor(second % 60)];
    const end = String(left).padStart(2, "0");
    return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${end}` : `${minutes}:${end}`;
  };
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
    follow = true;
    player.jump(second);
    mark(second);
    say(stage.dataset.from.replace("%s", clock(second)));
    (media || stage.querySelector(".away")).scrollIntoView({ block: "nearest", behavior: still.matches ? "auto" : "smooth" });
  };
  stage.addEventListener("click", (event) => {
    if (!player) return; // nothing plays yet: a link is a link
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
  for (const button of speed?.querySelectorAll("button") ?? []) {
    button.onclick = () => {
      player.rate(Number(button.dataset.rate));
      for (const one of speed.querySelectorAll("button")) one.setAttribute("aria-pressed", one === button);
      say(button.dataset.says);
    };
  }

  // --- what plays -----------------------------------------------------------------------------------
  const ready = (made) => {
    player = made;
    if (speed) speed.hidden = false;
    if (!box) return;
    stage.classList.add("follows");
    stage.querySelector(".how").hidden = false;
  };
  stage.addEventListener("player", ({ detail }) => ready(detail));
  stage.addEventListener("moment", ({ detail }) => mark(detail));
  if (!media) return;
  // Captions are seen from the start. «default» alone does not do it in Safari, where they wait to be asked for.
  for (const one of media.querySelectorAll("track[default]")) one.track.mode = "showing";
  ready({
    jump: (second) => {
      media.currentTime = second;
      media.play().catch(() => {});
    },
    rate: (rate) => (media.playbackRate = media.defaultPlaybackRate = rate),
  });
  for (const moment of ["timeupdate", "seeked"]) media.addEventListener(moment, () => mark(media.currentTime));
  const fail = () => say(stage.dataset.fail);
  media.addEventListener("error", fail);
  [...media.querySelectorAll("source")].pop()?.addEventListener("error", fail);
})();
