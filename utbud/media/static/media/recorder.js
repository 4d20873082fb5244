// Records screen, camera, both, or sound, and sends it while it is made. Texts stand in the page.
(() => {
  "use strict";

  const box = document.querySelector("[data-recorder]");
  const part = (name) => box.querySelector(`[data-${name}]`);
  const words = window.mediaWords();
  const fill = window.mediaFill;
  const size = window.mediaSize;
  const film = box.dataset.kind === "film";
  const [choose, record, trimming] = ["choose", "record", "trimming"].map(part);
  const [prepare, start, pause, stop, back] = ["prepare", "start", "pause", "stop", "back"].map(part);
  const [mic, camera, corner, system, live, meter, level, count, clock, safe] =
    ["mic", "camera", "corner", "system", "live", "meter", "level", "count", "clock", "safe"].map(part);
  const [result, useForm, useIt, again, save, sentBar, state] =
    ["result", "use-form", "use-it", "again", "save", "sent", "state"].map(part);
  // The first is the lightest for an old computer; the last is Safari's.
  const KINDS = film
    ? ["video/webm;codecs=vp8,opus", "video/webm;codecs=vp9,opus", "video/webm", "video/mp4"]
    : ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];
  const EACH = 1000; // milliseconds of recording in a piece
  const SILENT = 10000; // milliseconds of recording after which some of it must have come
  const [WIDE, HIGH] = [1920, 1080];

  let streams = [];
  let sound = null; // what is heard: {context, analyser, out}
  let picture = null; // the track of pictures
  let ticker = null;
  let media = null;
  let sender = null;
  let pieces = [];
  let bytes = 0;
  let lasted = 0; // milliseconds recorded, without pauses
  let since = 0;
  let meterClock = null;
  let awake = null;
  let sent = false;
  let failed = "";
  let wanted = false; // «Använd inspelningen» has been pressed
  let url = "";
  const trim = window.mediaTrim(trimming, result, (one) =>
    one.end > one.start ? fill(words.trim_says, { length: timeWords(one.end - one.start) }) : words.bad_trim);

  function timeWords(seconds) {
    const whole = Math.round(seconds);
    return fill(words.time, { minutes: Math.floor(whole / 60), seconds: whole % 60 });
  }

  function say(text, isError = false) {
    state.textContent = text;
    state.classList.toggle("u-error", isError);
  }

  function only(...shown) {
    for (const one of [choose, record, trimming]) one.hidden = !shown.includes(one);
  }

  const mode = () => (film ? box.querySelector("[name=mode]:checked").value : "sound");

  // --- choosing -------------------------------------------------------------------------------

  function showFor() {
    box.querySelectorAll("[data-for]").forEach((one) => { one.hidden = !one.dataset.for.split(" ").includes(mode()); });
  }

  async function listDevices() {
    const all = await navigator.mediaDevices.enumerateDevices().catch(() => []);
    for (const [select, kind] of [[mic, "audioinput"], [camera, "videoinput"]]) {
      if (!select) continue;
      const chosen = select.value;
      const there = all.filter((one) => one.kind === kind);
      const options = there.map((one, index) => new Option(one.label || fill(words.unnamed, { number: index + 1 }), one.deviceId));
      if (!options.length) options.push(new Option(words.none_found, ""));
      else if (!there.some((one) => one.deviceId === "default" || one.deviceId === "")) options.unshift(new Option(words.default, ""));
      select.replaceChildren(...options);
      if ([...select.options].some((one) => one.value === chosen)) select.value = chosen;
    }
  }

  const exactly = (select) => (select?.value ? { deviceId: { exact: select.value } } : {});

  function letGo() {
    clearInterval(meterClock);
    ticker?.terminate();
    streams.forEach((stream) => stream.getTracks().forEach((track) => { track.onended = null; track.stop(); }));
    sound?.context.close();
    streams = [];
    sound = picture = ticker = null;
    if (live) live.srcObject = null;
    awake?.release().catch(() => {});
    awake = null;
  }

  function why(error, asked) {
    if (!window.isSecureContext) return words.insecure;
    return {
      NotAllowedError: words.denied, SecurityError: words.denied, NotFoundError: words.not_found, OverconstrainedError: words.not_found,
      NotReadableError: words.in_use, AbortError: words.in_use,
    }[error.name] || (asked === "screen" && error.name === "TypeError" ? words.no_screen : words.failed);
  }

  async function getReady() {
    prepare.disabled = true;
    say(words.asking);
    const kind = mode();
    let asked = "screen";
    try {
      let screen = null;
      if (kind === "screen" || kind === "both") {
        if (!navigator.mediaDevices.getDisplayMedia) {
          say(words.no_screen, true);
          return;
        }
        screen = await navigator.mediaDevices.getDisplayMedia({
          video: { width: { max: WIDE }, height: { max: HIGH }, frameRate: { max: 30 } },
          audio: Boolean(system.checked),
        });
        streams.push(screen);
      }
      asked = "microphone";
      const own = await navigator.mediaDevices.getUserMedia({
        audio: { ...exactly(mic), echoCancellation: false, noiseSuppression: film },
        video: kind === "camera" || kind === "both"
          ? { ...exactly(camera), width: { ideal: kind === "both" ? 640 : 1280 }, height: { ideal: kind === "both" ? 480 : 720 }, frameRate: { ideal: 30 } }
          : false,
      });
      streams.push(own);
      listen([own, screen]);
      picture = kind === "both" ? await compose(screen, own) : (screen || own).getVideoTracks()[0] || null;
      streams.forEach((stream) => stream.getTracks().forEach((track) => { track.onended = lost; }));
      if (live && picture) {
        live.srcObject = new MediaStream([picture]);
        live.play().catch(() => {}); // not awaited: a screen that stands still may send no frame for a while
      }
      await listDevices();
      only(record);
      start.hidden = back.hidden = false;
      pause.hidden = stop.hidden = true;
      clock.textContent = safe.textContent = "";
      say(words.ready);
      start.focus();
    } catch (error) {
      letGo();
      only(choose);
      say(why(error, asked), true);
    } finally {
      prepare.disabled = false;
    }
  }

  function lost() {
    if (media && media.state !== "inactive") {
      end();
      say(words.ended, true);
    } else {
      letGo();
      only(choose);
      say(words.ended, true);
      prepare.focus();
    }
  }

  // --- sound ----------------------------------------------------------------------------------

  function listen(all) {
    const context = new AudioContext();
    context.resume();
    const out = context.createMediaStreamDestination();
    const analyser = context.createAnalyser();
    analyser.fftSize = 2048;
    all.filter((stream) => stream?.getAudioTracks().length).forEach((stream, index) => {
      const source = context.createMediaStreamSource(stream);
      source.connect(out);
      if (index === 0) source.connect(analyser); // the microphone: that is what one can do something about
    });
    sound = { context, analyser, out };
    const samples = new Float32Array(analyser.fftSize);
    let highest = 0;
    let turns = 0;
    level.textContent = "";
    meterClock = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
      meter.value = Math.min(1, peak);
      highest = Math.max(highest, peak);
      turns += 1;
      if (turns % 20 === 0) { // every other second, so that it can be read and heard
        const text = highest < 0.05 ? words.sound_quiet : highest > 0.97 ? words.sound_loud : words.sound_good;
        if (level.textContent !== text) level.textContent = text;
        highest = 0;
      }
      if (media?.state === "recording") {
        const recorded = lasted + performance.now() - since;
        clock.textContent = timeWords(recorded / 1000);
        if (!bytes && recorded > SILENT) end(); // rather now than after an hour
      }
    }, 100);
  }

  // --- screen with the camera in a corner -------------------------------------------------------

  async function shown(stream) {
    const video = document.createElement("video");
    video.muted = video.playsInline = true;
    video.srcObject = new MediaStream(stream.getVideoTracks());
    await video.play();
    return video;
  }

  async function compose(screen, own) {
    const [wide, small] = [await shown(screen), await shown(own)];
    const canvas = document.createElement("canvas");
    const scale = Math.min(1, WIDE / wide.videoWidth, HIGH / wide.videoHeight);
    canvas.width = Math.round((wide.videoWidth * scale) / 2) * 2;
    canvas.height = Math.round((wide.videoHeight * scale) / 2) * 2;
    const brush = canvas.getContext("2d", { alpha: false });
    const draw = () => {
      const { width, height } = canvas;
      const fit = Math.min(width / wide.videoWidth, height / wide.videoHeight); // a window may change its size
      const [w, h] = [wide.videoWidth * fit, wide.videoHeight * fit];
      brush.fillStyle = "#000";
      brush.fillRect(0, 0, width, height);
      brush.drawImage(wide, (width - w) / 2, (height - h) / 2, w, h);
      const side = Math.round(Math.min(width, height) / 4);
      const edge = Math.round(side / 8);
      const x = corner.value.endsWith("r") ? width - side - edge : edge;
      const y = corner.value.startsWith("b") ? height - side - edge : edge;
      const cut = Math.min(small.videoWidth, small.videoHeight);
      brush.save();
      brush.beginPath();
      brush.arc(x + side / 2, y + side / 2, side / 2, 0, 2 * Math.PI);
      brush.clip();
      brush.drawImage(small, (small.videoWidth - cut) / 2, (small.videoHeight - cut) / 2, cut, cut, x, y, side, side);
      brush.restore();
    };
    draw();
    ticker = new Worker(box.dataset.ticker);
    ticker.onmessage = draw;
    const stream = canvas.captureStream(30);
    streams.push(stream);
    return stream.getVideoTracks()[0];
  }

  // --- recording ------------------------------------------------------------------------------

  const leave = (event) => event.preventDefault();
  const warn = (on) => (on ? window.addEventListener : window.removeEventListener).call(window, "beforeunload", leave);
  const pausing = (seconds) => new Promise((done) => { setTimeout(done, seconds * 1000); });

  async function stayAwake() {
    try {
      if (media?.state === "recording") awake = await navigator.wakeLock?.request("screen");
    } catch {
      // A low battery may say no: then the screen goes dark, and the recording goes on.
    }
  }
  document.addEventListener("visibilitychange", () => { if (!document.hidden) stayAwake(); });

  async function begin() {
    start.hidden = back.hidden = true;
    say("");
    for (const second of [3, 2, 1]) {
      count.textContent = second;
      await pausing(1);
      if (!sound) { // what is recorded was shut off meanwhile
        count.textContent = "";
        return;
      }
    }
    count.textContent = "";
    const tracks = [...(picture ? [picture] : []), ...sound.out.stream.getAudioTracks()];
    const mimeType = KINDS.find((one) => MediaRecorder.isTypeSupported(one));
    try {
      media = new MediaRecorder(new MediaStream(tracks), {
        ...(mimeType && { mimeType }), videoBitsPerSecond: 4000000, audioBitsPerSecond: film ? 128000 : 192000,
      });
    } catch {
      letGo();
      only(choose);
      say(words.cannot, true);
      return;
    }
    pieces = [];
    bytes = lasted = 0;
    sent = wanted = false;
    failed = "";
    save.hidden = sentBar.hidden = true;
    sender = window.tusSender({
      create: box.dataset.create,
      metadata: { filename: `inspelning.${ending()}`, page: box.dataset.page, recorded: "1" },
      source: () => new Blob(pieces),
      told: heard,
    });
    media.ondataavailable = (event) => {
      if (!event.data.size) return;
      pieces.push(event.data);
      bytes += event.data.size;
      sender.bump();
    };
    media.onstop = finished;
    media.onerror = end;
    media.start(EACH);
    since = performance.now();
    sender.start();
    warn(true);
    stayAwake();
    pause.textContent = words.pause;
    pause.hidden = stop.hidden = false;
    say(words.recording);
    stop.focus();
  }

  function ending() {
    if (media.mimeType.includes("mp4")) return film ? "mp4" : "m4a";
    return media.mimeType.includes("ogg") ? "ogg" : "webm";
  }

  function heard(event, more) {
    if (event === "progress") {
      safe.textContent = fill(words.safe, { sent: size(more.sent) });
      const percent = bytes ? Math.floor((100 * more.sent) / bytes) : 0;
      sentBar.value = percent;
      if (wanted) say(fill(words.last_bit, { percent }));
    }
    if (event === "waiting" || event === "busy") {
      if (media?.state !== "inactive") safe.textContent = words.waiting;
      else say(fill(words.waiting_after, more), true);
    }
    if (event === "login") say(words.login, true);
    if (event === "failed") {
      failed = more.says || words.not_sent;
      say(failed, true);
      offerToSave();
    }
    if (event === "done") {
      sent = true;
      warn(false);
      if (wanted) handOver();
    }
  }

  function end() {
    if (media && media.state !== "inactive") {
      if (media.state === "recording") lasted += performance.now() - since;
      media.stop();
    }
  }

  async function finished() {
    letGo();
    pause.hidden = stop.hidden = true;
    if (!bytes) { // there are browsers that say that they record, and give nothing
      warn(false);
      sender.forget();
      only(choose);
      say(words.cannot, true);
      prepare.focus();
      return;
    }
    sender.finish(bytes);
    only(trimming);
    if (url) URL.revokeObjectURL(url);
    url = URL.createObjectURL(new Blob(pieces, { type: media.mimeType }));
    result.src = url;
    trim.reset(lasted / 1000);
    if (failed) offerToSave();
    else if (state.textContent !== words.ended) say(words.stopped);
    document.getElementById("m-trimming").focus();
    const seconds = await lengthOf(result);
    trim.reset(Number.isFinite(seconds) ? seconds : lasted / 1000);
  }

  // What MediaRecorder writes does not say how long it is: a browser finds out by looking for the end.
  function lengthOf(player) {
    return new Promise((done) => {
      const give = () => {
        player.ondurationchange = player.ontimeupdate = null;
        player.currentTime = 0;
        done(player.duration);
      };
      const timer = setTimeout(give, 5000);
      const look = () => {
        if (!Number.isFinite(player.duration)) return false;
        clearTimeout(timer);
        give();
        return true;
      };
      player.onloadedmetadata = () => {
        if (look()) return;
        player.ondurationchange = player.ontimeupdate = look;
        player.currentTime = 1e7;
      };
    });
  }

  function offerToSave() {
    if (!trimming.hidden && url) {
      save.href = url;
      save.download = `inspelning.${ending()}`;
      save.hidden = false;
    }
  }

  function use() {
    if (!trim.valid) {
      say(words.bad_trim, true);
      return;
    }
    if (failed) {
      say(failed, true);
      return;
    }
    wanted = true;
    useIt.disabled = again.disabled = true;
    if (sent) handOver();
    else sentBar.hidden = false;
  }

  function handOver() {
    warn(false);
    say(words.using);
    useForm.action = box.dataset.use.replace(/0{8}-0{4}-0{4}-0{4}-0{12}/, sender.token);
    const [from, to] = [useForm.elements.start, useForm.elements.end];
    if (Number(from.value) <= 0) from.value = "";
    if (Number(to.value) >= Number(to.max)) to.value = ""; // as it was: no trim
    useForm.append(box.querySelector("[name=csrfmiddlewaretoken]").cloneNode());
    useForm.submit();
  }

  async function retake() {
    warn(false);
    result.pause();
    const old = sender;
    sender = null;
    pieces = [];
    old.forget();
    only(choose);
    say("");
    await getReady();
  }

  // --- at the start ---------------------------------------------------------------------------

  box.hidden = false;
  if (!navigator.mediaDevices || !window.MediaRecorder) {
    choose.hidden = true;
    say(window.isSecureContext ? words.cannot : words.insecure, true);
    return;
  }
  box.querySelectorAll("[name=mode]").forEach((one) => one.addEventListener("change", showFor));
  showFor();
  listDevices();
  navigator.mediaDevices.addEventListener?.("devicechange", listDevices);
  prepare.addEventListener("click", getReady);
  start.addEventListener("click", begin);
  back.addEventListener("click", () => { letGo(); only(choose); say(""); prepare.focus(); });
  stop.addEventListener("click", end);
  pause.addEventListener("click", () => {
    if (media.state === "recording") {
      lasted += performance.now() - since;
      media.pause();
      pause.textContent = words.resume;
      say(words.paused);
    } else {
      media.resume();
      since = performance.now();
      pause.textContent = words.pause;
      say(words.recording);
      stayAwake();
    }
  });
  useIt.addEventListener("click", use);
  useForm.addEventListener("submit", (event) => { event.preventDefault(); use(); });
  again.addEventListener("click", retake);
})();
