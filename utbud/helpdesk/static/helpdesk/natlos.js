// Lets the page of the desk be opened without network, as it was last: a tablet throws away a tab that lies behind for a while.
// The page, its styles and scripts are kept; no figure, no answer, nobody's name. The server comes first whenever it answers.
"use strict";
const KEPT = "utbud-disken-1";
const DESK = "/admin/disken/";
const PATIENCE = 8000;
const BESIDE = /^\/(static\/|admin\/(sprite|jsi18n))/;

const nameOf = (request) => {
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return "";
  if (request.mode === "navigate") return url.pathname === DESK && !url.searchParams.has("nyss") ? DESK : "";
  return BESIDE.test(url.pathname) ? url.pathname + url.search : "";
};
const put = async (name, response) => {
  if (response.ok && !response.redirected) await (await caches.open(KEPT)).put(name, response); // never the page to log in on
};

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const name = nameOf(event.request);
  if (!name) return;
  const asked = fetch(event.request).then((response) => {
    if (response.status >= 500) throw new Error(String(response.status));
    event.waitUntil(put(name, response.clone()));
    return response;
  });
  const late = new Promise((_done, failed) => { setTimeout(failed, PATIENCE); });
  event.respondWith(Promise.race([asked, late]).catch(async () => (await (await caches.open(KEPT)).match(name, { ignoreVary: true })) || asked));
});

// The page was loaded before this worker was: it tells what it is made of, and what is not in it any more is thrown away.
self.addEventListener("message", (event) => event.waitUntil((async () => {
  const names = [DESK, ...event.data.map((address) => new URL(address)).filter((url) => BESIDE.test(url.pathname)).map((url) => url.pathname + url.search)];
  const cache = await caches.open(KEPT);
  await Promise.all(names.map(async (name) => {
    if (name !== DESK && (await cache.match(name, { ignoreVary: true }))) return;
    try { await put(name, await fetch(name, { credentials: "same-origin" })); } catch { /* no net now */ }
  }));
  for (const old of await cache.keys()) {
    const url = new URL(old.url);
    if (!names.includes(url.pathname + url.search)) await cache.delete(old);
  }
})()));
