// A film on YouTube: nothing is asked for before the click. Without this file it is a link. The text follows it too
// (media/follow.js), which is told what plays and where it is.
(() => {
  const stage = document.querySelector(".stage");
  const away = stage?.querySelector(".away");
  if (!away) return;
  const { frame, name, begin } = away.dataset;
  const home = new URL(frame).origin;
  const tellStage = (what, detail) => stage.dispatchEvent(new CustomEvent(what, { detail }));
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
        if (typeof second === "number") tellStage("moment", second);
      } catch {
        // not a message of the kind we know
      }
    });
    away.replaceChildren(shown);
    shown.focus(); // where the pressed button was
    tellStage("player", {
      jump: (second) => {
        order("seekTo", second, true);
        order("playVideo");
      },
      rate: (rate) => order("setPlaybackRate", rate),
    });
  };
})();
