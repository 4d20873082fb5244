// Read aloud: the sentence being read is marked, one can go to any sentence, «Pausa» and the focus stay in sight. Without this
// file the links play the sound, and the browser's own player is there all the time. A page may have several texts that
// are read each by itself (.reads); one is read at a time.
for (const bar of document.querySelectorAll("[data-marks]")) {
  const audio = bar.querySelector("audio");
  const status = bar.querySelector("[role=status]");
  const text = bar.closest(".reads") ?? document.querySelector("main");
  const numbers = (marks) => (marks ? marks.split(" ").map(Number) : []);
  const links = [...bar.querySelectorAll(".buttons a")];
  const voices = links.map((link, slow) => ({
    src: link.href,
    marks: numbers(slow ? bar.dataset.slowMarks : bar.dataset.marks),
  }));
  const [play, slower] = links.map((link) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = link.className;
    button.textContent = link.textContent;
    link.replaceWith(button);
    return button;
  });
  const steps = bar.querySelector(".buttons[hidden]");
  const [back, onward] = steps?.children ?? [];
  let voice = voices[0];
  let now = -1; // the sentence that is marked
  let follow = true; // until the reader scrolls: then the page is left where it is

  // While it is read, or the button has the focus, and the player is out of sight, the buttons stand at the foot of the
  // window. What gets the focus is scrolled clear of them (scroll-padding), and the text moves nothing for it.
  const buttons = play.parentElement;
  const spot = buttons.parentElement.insertBefore(document.createElement("i"), buttons);
  let seen = true;
  const place = () => {
    const away = !seen && (!audio.paused || (audio.currentTime > 0 && buttons.contains(document.activeElement)));
    if (away === buttons.classList.contains("afoot")) return;
    bar.style.minHeight = away ? `${bar.offsetHeight}px` : "";
    if (away && document.activeElement === slower) play.focus({ preventScroll: true });
    buttons.classList.toggle("afoot", away);
    document.documentElement.style.scrollPaddingBottom = away ? `${buttons.offsetHeight + 12}px` : "";
    document.body.style.paddingBottom = away ? `${buttons.offsetHeight}px` : "";
  };
  new IntersectionObserver(([one]) => {
    seen = one.isIntersecting;
    place();
  }).observe(spot);
  buttons.addEventListener("focusout", () => setTimeout(place));

  const mark = (number) => {
    if (number === now) return;
    now = number;
    for (const old of text.querySelectorAll(".now")) old.classList.remove("now");
    const sentence = text.querySelector(`[data-n="${number}"]`);
    if (!sentence) return;
    sentence.classList.add("now");
    const folded = sentence.closest("details");
    if (folded && !sentence.closest("summary")) folded.open = true;
    const { top, bottom } = sentence.getBoundingClientRect();
    const foot = buttons.classList.contains("afoot") ? buttons.offsetHeight : 0;
    if (follow && (bottom > innerHeight - foot || top < -innerHeight)) {
      const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
      sentence.scrollIntoView({ block: "center", behavior: still ? "auto" : "smooth" });
    }
  };
  const start = () => {
    follow = true;
    status.hidden = true;
    audio.play().catch(() => {});
  };
  const go = (number) => {
    const at = Math.min(Math.max(number, 0), voice.marks.length - 1);
    audio.currentTime = voice.marks[at];
    start();
    mark(at);
  };

  play.onclick = () => (audio.paused ? start() : audio.pause());
  slower.setAttribute("aria-pressed", false);
  slower.onclick = () => {
    voice = voices[voice === voices[0] ? 1 : 0];
    slower.setAttribute("aria-pressed", voice === voices[1]);
    audio.src = voice.src;
    if (now > 0 && voice.marks.length > now) audio.currentTime = voice.marks[now];
    start();
  };
  if (voice.marks.length) {
    if (back) back.onclick = () => go(now - 1);
    if (onward) onward.onclick = () => go(now + 1);
    text.addEventListener("click", ({ target }) => {
      const sentence = target.closest(".s");
      if (now < 0 || !sentence || target.closest("a,summary,.forklaring") || String(getSelection())) return;
      go(Number(sentence.dataset.n));
    });
  }
  const words = [play.textContent, bar.dataset.pause];
  audio.onplay = () => {
    for (const other of document.querySelectorAll("audio")) if (other !== audio) other.pause();
    play.textContent = words[1];
    if (steps) steps.hidden = !voice.marks.length;
    text.classList.toggle("listening", voice.marks.length > 0);
    place();
  };
  audio.onpause = () => {
    play.textContent = words[0];
    place();
  };
  audio.ontimeupdate = () => {
    if (!audio.paused) mark(voice.marks.filter((second) => second <= audio.currentTime + 0.05).length - 1);
  };
  audio.onended = () => {
    mark(-1);
    text.classList.remove("listening");
  };
  audio.onerror = () => {
    status.textContent = bar.dataset.fail;
    status.hidden = false;
  };
  for (const moved of ["wheel", "touchmove"]) addEventListener(moved, () => (follow = false), { passive: true });
  addEventListener("focusin", ({ target }) => bar.contains(target) || (follow = false));
  addEventListener("keydown", ({ key, target }) => {
    if (/^(Page|Home|End|Arrow)/.test(key) && !bar.contains(target)) follow = false;
  });
}
