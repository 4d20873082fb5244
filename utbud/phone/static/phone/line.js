// The telephone: plays the line as the phone service does, by asking the same addresses. Without this file each key is a form.
(() => {
  const phone = document.querySelector("[data-phone]");
  if (!phone) return;
  const says = phone.dataset;
  const form = phone.querySelector("form");
  const part = (name) => phone.querySelector(`[data-${name}]`);
  const sound = phone.querySelector("#phone-sound");
  const audio = new Audio();
  let call = null; // {id, press, hang}: the call that is going on
  phone.querySelectorAll("[data-script]").forEach((element) => { element.hidden = false; });

  const state = (text) => { part("state").textContent = text; };
  const local = (address) => { const url = new URL(address, location.href); return url.pathname + url.search; };

  function show(text, kind) {
    if (!text) return;
    const line = document.createElement("p");
    line.textContent = text;
    line.className = kind;
    part("heard").append(line);
    line.scrollIntoView({ block: "nearest" });
  }

  async function ask(now, address, result) {
    const sent = new URLSearchParams({ callid: now.id, direction: "incoming", from: now.from, to: "" });
    if (result !== undefined) sent.set("result", result);
    const answer = await fetch(local(address), { method: "POST", body: sent });
    if (!answer.ok) throw new Error(`${answer.status}`);
    const action = await answer.json();
    if (now !== call) return;
    part("answer").textContent = JSON.stringify(action, null, 2);
    await follow(now, action);
  }

  // Waits for the first of: a key, the end of the sound, the time that is allowed. Gives the key, or undefined.
  function wait(now, until) {
    return new Promise((done) => {
      now.press = (key) => done(key);
      now.hang = () => done(undefined);
      until?.(() => done(undefined));
    }).finally(() => { now.press = null; });
  }

  async function caption(now, address) {
    const answer = await fetch(`${says.text}?${new URLSearchParams({ ljud: address })}`);
    const { text } = await answer.json();
    if (now === call) show(text, "said");
  }

  function hear(now, address) {
    if (!sound.checked) return Promise.resolve(undefined);
    return wait(now, (done) => {
      audio.onended = done;
      audio.onerror = () => { state(says.unheard); done(); };
      audio.src = local(address);
      audio.play().catch(() => {});
    }).finally(() => audio.pause());
  }

  async function onward(now, next, result) {
    if (now !== call) return;
    if (!next) end(says.ended);
    else if (typeof next === "string") await ask(now, next, result);
    else await follow(now, next);
  }

  async function follow(now, action) {
    if (action.play) {
      await caption(now, action.play);
      await hear(now, action.play);
      await onward(now, action.next, "success");
    } else if (action.ivr) {
      let key;
      await caption(now, action.ivr);
      for (let turn = 0; turn < action.repeat && key === undefined && now === call; turn += 1) {
        state(says.waiting);
        key = await hear(now, action.ivr);
        const patience = (done) => sound.checked && setTimeout(done, action.timeout * 1000);
        if (key === undefined && now === call) key = await wait(now, patience);
      }
      if (now !== call) return;
      state(says.ringing);
      await onward(now, action.next, key ?? "failed");
    } else if (action.connect) {
      state(`${says.connecting} ${action.connect}.`);
      part("answering").hidden = false;
      const result = await new Promise((done) => { now.connected = done; now.hang = () => done(undefined); });
      part("answering").hidden = true;
      await onward(now, action.next, result);
    } else {
      end(says.ended);
    }
  }

  function end(words) {
    const over = call;
    call = null;
    over?.hang?.();
    audio.pause();
    part("answering").hidden = part("onward").hidden = true;
    state(words);
  }

  function ring() {
    end("");
    part("heard").textContent = "";
    const hidden = form.elements.hidden.checked;
    call = { id: says.prefix + crypto.getRandomValues(new Uint32Array(2)).join(""), from: hidden ? "" : says.from };
    state(says.ringing);
    ask(call, says.start).catch(() => end(says.failed));
  }

  function press(key) {
    const button = form.querySelector(`.phone-keys [value="${CSS.escape(key)}"]`);
    button.classList.add("pressed");
    setTimeout(() => button.classList.remove("pressed"), 200);
    if (!call) return state(says.none);
    if (!call.press) return undefined;
    show(`${says.pressed} ${key}.`, "said-key");
    return call.press(key);
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const value = event.submitter?.value;
    if (value === "ring") ring();
    else if (value === "lagg-pa") end(call ? says.ended : says.none);
    else if (call?.connected && event.submitter.closest("[data-answering]")) call.connected(value);
    else if (value) press(value);
  });

  phone.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !/^[0-9*#]$/.test(event.key)) return;
    event.preventDefault();
    press(event.key);
  });
})();
