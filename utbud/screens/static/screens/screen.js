/* A screen that looks after itself. Written for old televisions: no more than ECMAScript 5.
   It asks what to show every half minute, keeps the last answer when the network goes, and shows nothing longer
   than it is true. Times are the server's, since the clock of a television may be wrong. */
(function () {
  "use strict";
  var EVERY = 30000, SILENT = 90000, MOVE = 180000, FADE = 1200, OLD_PAGE = 300000;
  var root = document.documentElement;
  root.className += " js waits";

  function start() {
    var main = document.querySelector(".tv"), stage = main.querySelector(".tv-stage");
    var clock = main.querySelector(".tv-clock"), age = main.querySelector(".tv-age");
    var always = main.hasAttribute("data-always"), here = location.pathname;
    var known = JSON.parse(document.getElementById("skarm-nu").textContent), edition = known.edition;
    var heard = known.at, ahead = 0, etag = "", opened = Date.now();
    var shown = null, seconds = 0, place = 0, moved = Date.now(), fading = 0;
    var still = window.matchMedia && matchMedia("(prefers-reduced-motion: reduce)").matches;

    // --- what is remembered ------------------------------------------------------------------------
    function keep(name, value) {
      try { localStorage.setItem(here + " " + name, JSON.stringify(value)); } catch (error) { /* full, or not allowed */ }
    }
    function kept(name) {
      try { return JSON.parse(localStorage.getItem(here + " " + name)); } catch (error) { return null; }
    }
    var before = kept("nu"), then = kept("klocka");
    if (then) { ahead = then.ahead; }
    if (before && then && then.heard > heard) { known = before.content; etag = before.etag; heard = then.heard; }

    // --- time ---------------------------------------------------------------------------------------
    function now() { return Date.now() + ahead; }
    function local(moment) { // the same moment, to be read with getUTC…()
      var minutes = 0;
      known.offsets.forEach(function (one) { if (moment >= one[0]) { minutes = one[1]; } });
      return new Date(moment + minutes * 60000);
    }
    function two(number) { return (number < 10 ? "0" : "") + number; }
    function words(moment) {
      var day = local(moment), weekdays = main.getAttribute("data-weekdays").split(" ");
      var name = weekdays[(day.getUTCDay() + 6) % 7] + " " + day.getUTCDate() + " " + main.getAttribute("data-months").split(" ")[day.getUTCMonth()];
      return main.getAttribute("data-updated").replace("{day}", name).replace("{time}", day.getUTCHours() + "." + two(day.getUTCMinutes()));
    }
    function set(name, on) {
      var had = (" " + root.className + " ").indexOf(" " + name + " ") >= 0;
      if (on && !had) { root.className += " " + name; }
      if (!on && had) { root.className = (" " + root.className + " ").replace(" " + name + " ", " ").trim(); }
    }

    // --- what is shown --------------------------------------------------------------------------------
    function awake(moment) {
      if (always || !known.awake.some(function (one) { return moment < one[1]; })) { return true; } // nothing is known
      return known.awake.some(function (one) { return moment >= one[0] && moment < one[1]; });
    }
    function put(slide) {
      var first = shown === null, gone = shown !== null && !true_now(shown);
      shown = slide;
      seconds = 0; // counted, since the clock of a television may jump
      clearTimeout(fading);
      function swap() { stage.innerHTML = slide.html; stage.className = "tv-stage"; }
      if (first || still || gone) { swap(); return; }
      stage.className = "tv-stage away";
      fading = setTimeout(swap, FADE);
    }
    function true_now(slide) {
      return slides().some(function (one) { return one.key === slide.key && one.html === slide.html; });
    }
    function slides() {
      var moment = now(), found = known.slides.filter(function (one) { return moment >= one.from && moment < one.until; });
      if (found.length) { return found; }
      var article = document.createElement("article"), heading = document.createElement("h1");
      article.className = "tv-hours";
      heading.className = "tv-status";
      heading.textContent = main.getAttribute("data-empty");
      article.appendChild(heading);
      return [{key: "tom", html: article.outerHTML, seconds: 15}];
    }
    function look() {
      var moment = now(), list = slides(), at = -1;
      list.forEach(function (one, number) { if (shown && one.key === shown.key) { at = number; } });
      if (at < 0) { put(list[Math.min(place, list.length - 1)]); }
      else if (list[at].html !== shown.html) { put(list[at]); }
      else if (list.length > 1 && seconds >= list[at].seconds) { place = (at + 1) % list.length; put(list[place]); }
      else { place = at; }
      var day = local(moment);
      clock.textContent = two(day.getUTCHours()) + "." + two(day.getUTCMinutes());
      age.textContent = moment - heard > SILENT ? words(heard) : "";
      set("dark", !awake(moment));
      set("waits", false);
      if (Date.now() - moved >= MOVE) {
        moved = Date.now();
        var step = Math.floor(moved / MOVE) % 5;
        [1, 2, 3, 4].forEach(function (number) { set("move-" + number, number === step); });
      }
    }

    // --- what the server says ---------------------------------------------------------------------------
    function ask() {
      var request = new XMLHttpRequest();
      request.open("GET", here + "nu.json");
      request.timeout = 15000;
      if (etag) { request.setRequestHeader("If-None-Match", etag); }
      request.onload = function () {
        var said = Date.parse(request.getResponseHeader("X-Now"));
        if (request.status === 200 && said) {
          try { known = JSON.parse(request.responseText); } catch (error) { return; }
          etag = request.getResponseHeader("ETag") || "";
          keep("nu", {content: known, etag: etag});
        } else if (request.status === 404 || request.status === 410) { // the place is gone: show nothing of it
          known = {slides: [], awake: [], offsets: known.offsets, edition: edition};
          etag = "";
          keep("nu", {content: known, etag: etag});
          said = now();
        } else if (request.status !== 304 || !said) { return; }
        ahead = said - Date.now();
        heard = said;
        keep("klocka", {heard: heard, ahead: ahead});
        if (known.edition !== edition && Date.now() - opened > OLD_PAGE) { location.reload(); }
        look();
      };
      request.send();
    }

    look();
    ask();
    setInterval(function () { seconds += 1; look(); }, 1000);
    setInterval(ask, EVERY);

    // --- a start without network: the worker keeps the page, and all that it is made of ---------------------
    if (!("serviceWorker" in navigator) || window.top !== window) { return; }
    navigator.serviceWorker.register(main.getAttribute("data-worker")).then(function () {
      return navigator.serviceWorker.ready;
    }).then(function (registration) {
      var all = [location.href];
      Array.prototype.forEach.call(document.querySelectorAll("link[href], script[src], img[src]"), function (one) { all.push(one.href || one.src); });
      if (window.performance && performance.getEntriesByType) { // typefaces too
        performance.getEntriesByType("resource").forEach(function (one) { all.push(one.name); });
      }
      known.slides.forEach(function (slide) { // pictures of slides that have not been shown yet
        var holder = document.createElement("div");
        holder.innerHTML = slide.html;
        Array.prototype.forEach.call(holder.querySelectorAll("img"), function (picture) { all.push(picture.src); });
      });
      registration.active.postMessage(all);
    }, function () { /* not over https, or not allowed: the screen works, but must start with network */ });
  }

  if (document.readyState === "loading") { document.addEventListener("DOMContentLoaded", start); } else { start(); }
})();
