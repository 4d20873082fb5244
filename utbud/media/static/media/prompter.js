// The script beside the recording: rolls by itself, in a speed and size that are remembered.
(() => {
  "use strict";

  const box = document.querySelector("[data-prompter-box]");
  if (!box) return;
  const part = (name) => box.querySelector(`[data-${name}]`);
  const [text, roll, says] = ["prompter", "roll", "prompter-says"].map(part);
  const words = window.mediaWords();
  const kept = (name, usual) => { try { return Number(localStorage.getItem(`utbud-prompter-${name}`)) || usual; } catch { return usual; } };
  const keep = (name, value) => { try { localStorage.setItem(`utbud-prompter-${name}`, value); } catch { /* the usual next time */ } };
  let size = kept("size", 1.75); // rem
  let speed = kept("speed", 2); // 1–10; a line of text takes 6 seconds divided by it
  let rolling = false;
  let last = 0;
  let place = 0;

  const show = () => {
    text.style.setProperty("--m-size", `${size}rem`);
    roll.textContent = rolling ? words.halt : words.roll;
  };
  const grow = (by) => {
    size = Math.min(5, Math.max(1, size + by));
    keep("size", size);
    says.textContent = `${words.size} ${Math.round(size * 100) / 100}`;
    show();
  };
  const hasten = (by) => {
    speed = Math.min(10, Math.max(1, speed + by));
    keep("speed", speed);
    says.textContent = `${words.speed} ${speed}`;
  };
  const step = (now) => {
    if (!rolling) return;
    const line = parseFloat(getComputedStyle(text).lineHeight);
    if (Math.abs(place - text.scrollTop) > 2) place = text.scrollTop; // somebody scrolled
    place += ((now - last) / 1000) * line * (speed / 6);
    last = now;
    text.scrollTop = place;
    if (text.scrollTop + text.clientHeight >= text.scrollHeight - 1) turn(false);
    else requestAnimationFrame(step);
  };
  const turn = (on) => {
    rolling = on;
    show();
    if (!on) return;
    last = performance.now();
    place = text.scrollTop;
    requestAnimationFrame(step);
  };
  roll.addEventListener("click", () => turn(!rolling));
  part("slower").addEventListener("click", () => hasten(-1));
  part("faster").addEventListener("click", () => hasten(1));
  part("smaller").addEventListener("click", () => grow(-0.25));
  part("larger").addEventListener("click", () => grow(0.25));
  part("top").addEventListener("click", () => { text.scrollTop = place = 0; });
  text.addEventListener("keydown", (event) => {
    const does = {
      " ": () => turn(!rolling), "+": () => grow(0.25), "-": () => grow(-0.25), ArrowRight: () => hasten(1), ArrowLeft: () => hasten(-1),
    }[event.key];
    if (!does || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    does();
  });
  show();
})();
