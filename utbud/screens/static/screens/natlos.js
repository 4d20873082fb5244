/* Lets a screen start without network: what it has once shown is kept, and used only when the server is silent.
   What it should show now (nu.json) is never kept here; the page itself remembers that, with its time. */
"use strict";
var KEPT = "skarm-1", MOST = 80, PATIENCE = 10000;

self.addEventListener("install", function () { self.skipWaiting(); });
self.addEventListener("activate", function (event) { event.waitUntil(self.clients.claim()); });

function ours(request) {
  var url = new URL(request.url);
  return request.method === "GET" && url.origin === self.location.origin && !/\/nu\.json$/.test(url.pathname) && !request.headers.has("range");
}

function keep(request, response) {
  return caches.open(KEPT).then(function (cache) {
    return cache.put(request, response).then(function () { return cache.keys(); }).then(function (keys) {
      return Promise.all(keys.slice(0, Math.max(0, keys.length - MOST)).map(function (old) { return cache.delete(old); }));
    });
  });
}

function ask(request) {
  return new Promise(function (done, failed) {
    setTimeout(failed, PATIENCE);
    fetch(request).then(function (response) {
      if (response.status >= 500) { failed(); return; }
      done(response);
    }, failed);
  });
}

self.addEventListener("fetch", function (event) {
  if (!ours(event.request)) { return; }
  event.respondWith(ask(event.request).then(function (response) {
    if (response.status === 200) { event.waitUntil(keep(event.request, response.clone())); }
    return response;
  }, function () {
    return caches.match(event.request).then(function (kept) { return kept || Response.error(); });
  }));
});

/* The page was loaded before this worker was: it tells what it was made of. */
self.addEventListener("message", function (event) {
  event.waitUntil(Promise.all(event.data.map(function (address) {
    var request = new Request(address, {credentials: "same-origin"});
    if (!ours(request)) { return null; }
    return fetch(request).then(function (response) { return response.status === 200 ? keep(request, response) : null; }, function () {});
  })));
});
