// Keeps the parts of a page that are marked data-live="request" (one or several kinds) up to date: an event of that kind
// fetches the page anew and swaps those parts by their ids, at most every so many milliseconds where data-every says so.
(() => {
  const parts = () => [...document.querySelectorAll("[data-live][id]")];
  if (!parts().length || !window.EventSource) return;
  const { asked } = document.currentScript.dataset;
  const offline = document.getElementById("offline");
  let timer = null;
  let refreshed = Promise.resolve();
  let due = new Set();
  // A part that changes under a finger would swallow the click. Not for long: whoever lets go outside the window is not heard, and a
  // board must not stand still for that.
  let released = Promise.resolve();
  window.addEventListener("pointerdown", () => {
    released = new Promise((done) => {
      const end = () => window.setTimeout(done);
      window.setTimeout(done, 2000);
      for (const kind of ["pointerup", "pointercancel"]) window.addEventListener(kind, end, { once: true, capture: true });
    });
  }, true);

  const refresh = async () => {
    const kinds = due;
    due = new Set();
    timer = null;
    const answer = await fetch(location.href, { headers: { Accept: "text/html", "X-Live": "1" }, signal: AbortSignal.timeout(60000) });
    if (!answer.ok || answer.redirected) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    await released;
    for (const part of parts()) {
      const wanted = part.dataset.live.split(" ");
      if (!kinds.has("*") && !wanted.some((kind) => kinds.has(kind))) continue;
      if (part.contains(document.activeElement) && document.activeElement.matches("input, textarea, select")) continue;
      const instead = fresh.getElementById(part.id);
      if (instead) part.replaceWith(instead);
    }
    // The figures of the menu come along with whatever is fetched; for them alone no page asks.
    for (const figure of document.querySelectorAll("[data-along][id]")) {
      const instead = fresh.getElementById(figure.id);
      if (instead) figure.replaceWith(instead);
    }
  };

  const soon = (kind) => {
    const listening = parts().filter((part) => part.dataset.live.split(" ").includes(kind));
    // Devices report all day: what no part of the page shows is no reason to fetch it.
    if (kind === "device" && !listening.length) return;
    due.add(kind);
    // Messages come by the hundred where many people write: once a second is live enough.
    const wait = Math.max(kind === "message" ? 1000 : 250, ...listening.map((part) => Number(part.dataset.every || 0)));
    // One after the other: an answer that took long must not take the place of a newer one.
    if (!timer) timer = window.setTimeout(() => { refreshed = refreshed.then(refresh).catch(() => {}); }, wait);
  };

  // The stream begins with what came since this page was asked for.
  const source = new EventSource("/admin/events?after=" + asked);
  let lost = false;
  source.onopen = () => { if (offline) offline.hidden = true; if (lost) soon("*"); lost = false; };
  source.onerror = () => { lost = true; if (offline) offline.hidden = false; };
  source.onmessage = (event) => {
    let kind = "*";
    try { kind = JSON.parse(event.data).kind || "*"; } catch { /* a nudge without words refreshes everything */ }
    soon(kind);
  };
})();
