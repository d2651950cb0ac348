// What she says, in order, kept until the server has it: every entry carries an event id, so that sending it again is harmless.
const KEY = "linli.outbox";
const PAUSES = [1000, 2000, 4000, 8000, 15000, 30000];

export const newId = () => {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
};

export class Outbox {
  // `on` has: answered(entry, lines), refused(entry, words), waiting(entry), progress(entry, percent), online(bool).
  constructor(on) {
    this.on = on;
    this.entries = this.kept();
    this.tries = 0;
    this.busy = false;
    this.timer = null;
    window.addEventListener("online", () => this.now());
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.now(); });
  }

  kept() {
    try { return JSON.parse(localStorage.getItem(KEY) || "[]"); } catch (e) { return []; }
  }

  keep() {
    // Photos are too large to be kept beyond this page.
    try { localStorage.setItem(KEY, JSON.stringify(this.entries.filter((entry) => !entry.photo))); } catch (e) { /* in memory then */ }
  }

  add(entry) {
    this.entries.push(entry);
    this.keep();
    this.now();
  }

  now() {
    window.clearTimeout(this.timer);
    this.timer = null;
    if (!this.busy) this.next();
  }

  async next() {
    const entry = this.entries[0];
    if (!entry) return;
    this.busy = true;
    let pause = 0;
    try {
      const answer = await send(entry, (percent) => this.on.progress(entry, percent));
      this.tries = 0;
      this.on.online(true);
      if (answer.status === 429 || answer.status === 408 || answer.status >= 500) pause = this.pause();
      else {
        this.entries.shift();
        this.keep();
        if (answer.status < 300) this.on.answered(entry, answer.body.lines || []);
        else this.on.refused(entry, answer.body.error || "");
      }
    } catch (e) {
      pause = this.pause();
      this.on.online(false);
    }
    this.busy = false;
    if (pause) {
      this.on.waiting(entry);
      this.timer = window.setTimeout(() => this.now(), pause);
    } else this.next();
  }

  pause() {
    const pause = PAUSES[Math.min(this.tries, PAUSES.length - 1)];
    this.tries += 1;
    return pause * (0.75 + Math.random() / 2);
  }
}

// XMLHttpRequest, because only it tells how much of a photo is sent.
const send = (entry, progress) => new Promise((resolve, reject) => {
  const request = new XMLHttpRequest();
  request.open("POST", entry.photo ? "/chat/photo" : "/chat/say");
  request.setRequestHeader("X-Linli", "1");
  request.setRequestHeader("Accept", "application/json");
  request.timeout = entry.photo ? 180000 : 25000;
  request.onload = () => {
    let body = {};
    try { body = JSON.parse(request.responseText); } catch (e) { /* an answer from something in between */ }
    resolve({ status: request.status, body });
  };
  request.onerror = request.ontimeout = request.onabort = () => reject(new Error("not sent"));
  if (entry.photo) {
    request.upload.onprogress = (event) => { if (event.lengthComputable) progress(Math.round(100 * event.loaded / event.total)); };
    const form = new FormData();
    form.append("event", entry.event);
    form.append("photo", entry.photo, "photo.jpg");
    request.send(form);
  } else {
    request.setRequestHeader("Content-Type", "application/json");
    request.send(JSON.stringify(Object.assign({ event: entry.event }, entry.say)));
  }
});
