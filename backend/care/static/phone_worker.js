// Keeps the page of the visits and what it is drawn with, so that it opens without a connection. Nobody's data pass through here:
// the page itself keeps the list and the reports.
const KEPT = "visits-1";
let wanted = new Set();

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

// The page says what it is made of.
self.addEventListener("message", (event) => {
  wanted = new Set(event.data.keep);
  event.waitUntil((async () => {
    const cache = await caches.open(KEPT);
    for (const old of await cache.keys()) if (!wanted.has(old.url)) await cache.delete(old);
    await Promise.all([...wanted].map(async (url) => {
      const answer = await fetch(url, { credentials: "same-origin" });
      if (answer.ok && !answer.redirected) await cache.put(url, answer);
    }));
    event.source?.postMessage({ kept: true });
  })());
});

self.addEventListener("fetch", (event) => {
  if (event.request.method !== "GET") return;
  event.respondWith((async () => {
    try {
      return await fetch(event.request);
    } catch (error) {
      const known = await (await caches.open(KEPT)).match(event.request, { ignoreVary: true });
      if (known) return known;
      throw error;
    }
  })());
});
