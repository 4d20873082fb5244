// Records a reading in the browser and gives it to the chooser. Texts stand in the template.
(() => {
  "use strict";

  const KINDS = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];

  function recorder(box) {
    const part = (name) => box.querySelector(`[data-${name}]`);
    const words = box.dataset;
    const buttons = { start: part("start"), stop: part("stop"), use: part("use"), again: part("again") };
    const [level, meter, levelWords, time, audio, state] = ["level", "meter", "level-words", "time", "audio", "state"].map(part);
    let stream = null;
    let media = null;
    let context = null;
    let clock = null;
    let blob = null;
    let began = 0;

    function say(text, isError = false) {
      state.textContent = text;
      state.classList.toggle("error-message", isError);
    }

    function show(...names) {
      for (const [name, button] of Object.entries(buttons)) button.hidden = !names.includes(name);
    }

    function warnBeforeLeaving(event) {
      event.preventDefault();
    }

    function keep(unsaved) {
      (unsaved ? window.addEventListener : window.removeEventListener).call(window, "beforeunload", warnBeforeLeaving);
    }

    function letGo() {
      window.clearInterval(clock);
      stream?.getTracks().forEach((track) => track.stop());
      context?.close();
      stream = context = clock = null;
      level.hidden = true;
    }

    function followLevel() {
      context = new AudioContext();
      const analyser = context.createAnalyser();
      analyser.fftSize = 2048;
      context.createMediaStreamSource(stream).connect(analyser);
      const samples = new Float32Array(analyser.fftSize);
      let highest = 0;
      let turns = 0;
      clock = window.setInterval(() => {
        analyser.getFloatTimeDomainData(samples);
        const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
        meter.value = Math.min(1, peak);
        highest = Math.max(highest, peak);
        turns += 1;
        if (turns % 10 === 0) {
          // Once a second, so that the words can be read.
          levelWords.textContent = highest < 0.05 ? words.quiet : highest > 0.97 ? words.loud : words.good;
          highest = 0;
          const seconds = Math.round((performance.now() - began) / 1000);
          time.textContent = `${Math.floor(seconds / 60)} ${words.minutes} ${seconds % 60} ${words.seconds}`;
          if (seconds >= Number(words.longest)) stop(words.longestReached);
        }
      }, 100);
    }

    async function start() {
      if (media?.state === "recording") return;
      audio.pause();
      audio.hidden = true;
      show();
      say(words.asking);
      try {
        stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, echoCancellation: false } });
        const mimeType = KINDS.find((kind) => MediaRecorder.isTypeSupported(kind));
        media = new MediaRecorder(stream, { ...(mimeType && { mimeType }), audioBitsPerSecond: 128000 });
      } catch (error) {
        letGo();
        show("start");
        say({ NotAllowedError: words.denied, NotFoundError: words.missing }[error.name] || words.stopped, true);
        buttons.start.focus();
        return;
      }
      const pieces = [];
      media.addEventListener("dataavailable", (event) => event.data.size && pieces.push(event.data));
      media.addEventListener("stop", () => finished(new Blob(pieces, { type: media.mimeType })));
      media.addEventListener("error", () => stop(words.stopped));
      began = performance.now();
      media.start(1000);
      level.hidden = false;
      time.textContent = levelWords.textContent = "";
      followLevel();
      keep(true);
      show("stop");
      say(words.recording);
      buttons.stop.focus();
    }

    let after = "";
    function stop(why = "") {
      after = why;
      if (media?.state === "recording") media.stop();
    }

    function finished(made) {
      letGo();
      if (!made.size) { // there are browsers that say that they record, and give nothing
        keep(false);
        show("start");
        say(words.stopped, true);
        buttons.start.focus();
        return;
      }
      blob = made;
      URL.revokeObjectURL(audio.src);
      audio.src = URL.createObjectURL(blob);
      audio.hidden = false;
      show("use", "again");
      say(`${after} ${words.recorded}`.trim());
      buttons.use.focus();
    }

    async function use() {
      const form = box.closest("form");
      const body = new FormData();
      const ending = /mp4/.test(blob.type) ? "m4a" : /ogg/.test(blob.type) ? "ogg" : "webm";
      body.append("upload", blob, `inspelning.${ending}`);
      body.append("title", document.getElementById("id_title")?.value || "");
      show();
      say(words.sending);
      let answer = {};
      try {
        const response = await fetch(words.url, {
          method: "POST",
          body,
          headers: { "X-CSRFToken": form.querySelector("[name=csrfmiddlewaretoken]").value, Accept: "application/json" },
        });
        answer = await response.json();
      } catch {
        answer = { error: words.unsent };
      }
      if (!answer.id) {
        show("use", "again");
        say(answer.error || words.unsent, true);
        buttons.use.focus();
        return;
      }
      document.getElementById(`${words.field}-chooser`).widget.setStateFromModalData(answer);
      keep(false);
      show("again");
      say(words.saved);
      buttons.again.focus();
    }

    buttons.start.addEventListener("click", start);
    buttons.again.addEventListener("click", start);
    buttons.stop.addEventListener("click", () => stop());
    buttons.use.addEventListener("click", use);
    box.hidden = false;
  }

  function setUp() {
    if (!navigator.mediaDevices?.getUserMedia || !window.MediaRecorder || !window.AudioContext) return;
    document.querySelectorAll("[data-recorder]").forEach(recorder);
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", setUp);
  else setUp();
})();
