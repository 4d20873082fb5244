// Sends bytes to the server piece by piece (tus 1.0.0) and goes on by itself when the network comes back.
// window.tusSender(options) → { start, pause, resume, finish, forget, bump, offset, token }
//   create: address; metadata: {name: text}; token: of an upload to go on with; size: bytes, null while it grows
//   source: () => Blob of all bytes there are; told: (event, data) => what is going on, to be shown
(() => {
  "use strict";

  const PIECE = 4 * 1024 * 1024;
  const LONGEST_WAIT = 30;
  const LOGIN_WAIT = 10;
  const csrf = () => document.querySelector("[name=csrfmiddlewaretoken]").value;
  const base64 = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

  function ask(method, url, headers, body, progress) {
    return new Promise((done) => {
      const request = new XMLHttpRequest();
      request.open(method, url);
      request.timeout = 120000;
      const all = { "Tus-Resumable": "1.0.0", "X-CSRFToken": csrf(), "X-Requested-With": "XMLHttpRequest", ...headers };
      for (const [name, value] of Object.entries(all)) request.setRequestHeader(name, value);
      if (progress) request.upload.onprogress = (event) => progress(event.loaded);
      request.onload = () => done({ status: request.status, says: request.responseText, head: (name) => request.getResponseHeader(name) });
      request.onerror = request.ontimeout = request.onabort = () => done({ status: 0 });
      request.send(body ?? null);
    });
  }

  window.tusSender = ({ create, metadata, token = null, size = null, source, told }) => {
    let offset = 0;
    let known = token === null; // whether offset is what the server has
    let length = size;
    let said = size !== null; // whether the server has been told the length
    let running = false;
    let paused = false;
    let ended = false;
    let wake = null;
    let tries = 0;
    const self = {};

    const url = () => `${create}${token}/`;
    const rest = (milliseconds) => new Promise((done) => {
      const timer = setTimeout(done, milliseconds);
      wake = () => { clearTimeout(timer); done(); };
    });
    window.addEventListener("online", () => wake?.());

    async function wait(answer) {
      tries += 1;
      const login = answer.status === 403 || answer.status === 401;
      const seconds = login ? LOGIN_WAIT : Math.min(LONGEST_WAIT, 2 ** (tries - 1));
      told(login ? "login" : answer.status === 423 ? "busy" : "waiting", { seconds });
      await rest(seconds * 1000);
      known = token === null;
    }

    // What the server cannot take however often it is asked.
    const hopeless = (status) => [400, 404, 405, 410, 411, 412, 413, 415, 507].includes(status);

    async function turn() {
      if (token === null) {
        const pairs = Object.entries(metadata).map(([name, value]) => (value ? `${name} ${base64(value)}` : name));
        const how = length === null ? { "Upload-Defer-Length": "1" } : { "Upload-Length": String(length) };
        const answer = await ask("POST", create, { "Upload-Metadata": pairs.join(","), ...how });
        if (answer.status !== 201) return answer;
        token = answer.head("Location").match(/([0-9a-f-]{36})\/?$/)[1];
        told("created", { token });
        return null;
      }
      if (!known) {
        const answer = await ask("HEAD", url(), {});
        if (answer.status !== 200) return answer;
        offset = Number(answer.head("Upload-Offset"));
        said = answer.head("Upload-Length") !== null;
        known = true;
        told("progress", { sent: offset, length });
        return null;
      }
      const blob = source();
      const end = Math.min(offset + PIECE, blob.size);
      const closes = length !== null && !said;
      if (end <= offset && !closes) {
        if (length === null || offset < length) await rest(250);
        return null;
      }
      const headers = { "Upload-Offset": String(offset), "Content-Type": "application/offset+octet-stream" };
      if (closes) headers["Upload-Length"] = String(length);
      const from = offset;
      const answer = await ask("PATCH", url(), headers, blob.slice(from, end), (sent) => told("progress", { sent: from + sent, length }));
      if (answer.status === 409) {
        known = false;
        return null;
      }
      if (answer.status !== 204) return answer;
      offset = Number(answer.head("Upload-Offset"));
      if (closes) said = true;
      tries = 0;
      told("progress", { sent: offset, length });
      return null;
    }

    async function run() {
      running = true;
      while (!ended) {
        if (paused) {
          await rest(60000);
          continue;
        }
        if (known && said && length !== null && offset >= length) {
          ended = true;
          told("done", { token });
          break;
        }
        const answer = await turn();
        if (answer === null || ended) continue;
        if (hopeless(answer.status)) {
          ended = true;
          told("failed", { says: answer.status === 404 ? "" : (answer.says || "").slice(0, 300), status: answer.status });
          break;
        }
        await wait(answer);
      }
      running = false;
    }

    self.start = () => { if (!running) run(); };
    self.pause = () => { paused = true; };
    self.resume = () => { paused = false; wake?.(); };
    self.bump = () => wake?.();
    self.finish = (whole) => { length = whole; wake?.(); };
    self.forget = async () => {
      ended = true;
      wake?.();
      if (token !== null) await ask("DELETE", url(), {});
    };
    Object.defineProperty(self, "token", { get: () => token });
    Object.defineProperty(self, "offset", { get: () => offset });
    return self;
  };

  window.mediaWords = () => JSON.parse(document.getElementById("m-words").textContent);
  window.mediaFill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  window.mediaSize = (bytes) => {
    const one = (value, unit, digits) => `${value.toLocaleString("sv-SE", { maximumFractionDigits: digits })} ${unit}`;
    if (bytes < 1e6) return one(bytes / 1e3, "kB", 0);
    return bytes < 1e9 ? one(bytes / 1e6, "MB", bytes < 1e7 ? 1 : 0) : one(bytes / 1e9, "GB", 1);
  };

  // Two times on a film: sliders, fields and «here» buttons that agree. → { start, end, reset, valid }
  window.mediaTrim = (box, player, says) => {
    const part = (name) => box.querySelector(`[data-${name}]`);
    const [startRange, startField, startHere, endRange, endField, endHere, tryIt, told] =
      ["start-range", "start-field", "start-here", "end-range", "end-field", "end-here", "try", "trim-says"].map(part);
    for (const one of [startRange, startHere, endRange, endHere, tryIt]) one.hidden = false;
    const round = (value) => Math.round(value * 10) / 10;
    let last = Number(endField.max);
    const self = { start: 0, end: last };
    const show = () => {
      startField.value = startRange.value = self.start;
      endField.value = endRange.value = self.end;
      self.valid = self.end > self.start;
      told.textContent = says(self);
    };
    const set = (name, value) => {
      if (Number.isFinite(value)) self[name] = Math.min(Math.max(0, value), last);
      show();
    };
    const seek = (value) => { player.currentTime = value; };
    startRange.addEventListener("input", () => { set("start", Number(startRange.value)); seek(self.start); });
    endRange.addEventListener("input", () => { set("end", Number(endRange.value)); seek(self.end); });
    startField.addEventListener("change", () => { set("start", Number(startField.value)); seek(self.start); });
    endField.addEventListener("change", () => { set("end", Number(endField.value)); seek(self.end); });
    startHere.addEventListener("click", () => set("start", round(player.currentTime)));
    endHere.addEventListener("click", () => set("end", round(player.currentTime)));
    let trying = false;
    tryIt.addEventListener("click", () => { trying = true; seek(self.start); player.play(); });
    player.addEventListener("timeupdate", () => {
      if (trying && player.currentTime >= self.end) { trying = false; player.pause(); }
    });
    self.reset = (seconds) => {
      last = Math.floor(seconds * 100) / 100;
      for (const one of [startRange, startField, endRange, endField]) one.max = last;
      self.start = 0;
      self.end = last;
      show();
    };
    return self;
  };
})();
