// The webchat: history, what comes (SSE), what she says, and the tools around it.
import { fill, hers, remark, told, toBottom, words } from "./lines.js";
import { badge } from "./badge.js";
import { newId, Outbox } from "./outbox.js";
import { smaller } from "./photo.js";

const byId = (id) => document.getElementById(id);
const text = byId("text"), state = byId("state"), photoTool = byId("photo-tool"), placeTool = byId("place");
const notes = new Map();
let last = 0, source = null, unread = 0, retry = 0, sensitive = false;
const title = document.title;

// --- what comes ---
const show = (item, known = false) => {
  if (item.event !== undefined) { hers(item); return; }
  if (item.typing) { typing(); return; }
  notTyping();
  last = Math.max(last, item.id);
  if (!told(item, pick)) return;
  sensitive = item.sensitive;
  photoTool.classList.toggle("wanted", item.accepts.includes("photo"));
  placeTool.hidden = !(item.accepts.includes("location") && navigator.geolocation && window.isSecureContext);
  if (placeTool.hidden) byId("where").hidden = true;
  if (document.hidden && !known) badge(++unread, fill(words.new, { n: unread }) + " " + title);
  seenSoon();
};

let typingTimer = null;
const typing = () => {
  note(words.typing);
  window.clearTimeout(typingTimer);
  typingTimer = window.setTimeout(notTyping, 6000);
};
const notTyping = () => { if (state.textContent === words.typing) note(""); };

let seenTimer = null, seenUpTo = 0;
const seenSoon = () => { if (!seenTimer) seenTimer = window.setTimeout(seen, 700); };
const seen = () => {
  seenTimer = null;
  const mark = last * 2 + (document.hidden ? 0 : 1);
  if (mark <= seenUpTo) return;
  post("/chat/seen", { last, read: !document.hidden }).then((answer) => { if (answer.ok) seenUpTo = mark; }, () => {});
};
const post = (path, body) => fetch(path, {
  method: "POST", credentials: "same-origin", keepalive: true,
  headers: { "Content-Type": "application/json", "X-Linli": "1" }, body: JSON.stringify(body),
});

const listen = () => {
  if (source || !window.EventSource) return;
  source = new EventSource("/chat/events?after=" + last);
  source.onopen = () => { retry = 0; note(""); outbox.now(); };
  source.onmessage = (event) => { show(JSON.parse(event.data)); };
  source.onerror = () => {
    if (navigator.onLine) note(retry ? words.reconnecting : ""); else note(words.offline);
    retry += 1;
    if (source.readyState !== EventSource.CLOSED) return;
    source = null; // refused (the server is being restarted): the browser gives up, we do not
    window.setTimeout(listen, Math.min(1000 * 2 ** retry, 30000) * (0.75 + Math.random() / 2));
  };
};
const note = (words_) => { state.textContent = words_; state.hidden = !words_; };

// --- what she says ---
const outbox = new Outbox({
  answered(entry, lines) {
    const mine = notes.get(entry.event);
    if (mine) mine.done();
    notes.delete(entry.event);
    lines.forEach((line) => show(line));
    listen();
    if (entry.say && entry.say.language) location.reload();
  },
  refused(entry, why) {
    const mine = notes.get(entry.event);
    if (mine) mine.done();
    remark(why || words.trouble);
  },
  waiting(entry) {
    const mine = notes.get(entry.event);
    if (mine) mine.say(words.waiting);
  },
  progress(entry, percent) {
    const mine = notes.get(entry.event);
    if (mine) mine.say(fill(words.uploading, { percent }));
  },
  online(is) { if (!source || !is) note(is ? "" : words.offline); },
});

const say = (what, shown) => {
  const event = newId();
  draw(event, shown);
  outbox.add({ event, say: what, shown });
};
const draw = (event, shown) => {
  if (!shown) return;
  const mine = hers(Object.assign({ event, at: Date.now() }, shown));
  if (mine) { mine.say(words.sending); notes.set(event, mine); }
};
const pick = (message, index, label) => {
  say({ option: { message, index, label } }, { text: label.replace(/\*\*/g, "") });
  text.focus({ preventScroll: true });
};

byId("say").addEventListener("submit", (event) => {
  event.preventDefault();
  const written = text.value.trim();
  if (!written) { text.focus(); return; }
  text.value = "";
  grow();
  say({ text: written }, { text: sensitive ? "•••" : written });
});
text.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  byId("send").click();
});
const grow = () => { text.style.height = "auto"; text.style.height = text.scrollHeight + 2 + "px"; };
text.addEventListener("input", grow);

byId("photo").addEventListener("change", async (event) => {
  const file = event.target.files[0];
  event.target.value = "";
  if (!file) return;
  const small = await smaller(file);
  if (small.size > 10 * 1024 * 1024) { remark(words.photoTooLarge); return; }
  const id = newId();
  draw(id, { photo: URL.createObjectURL(small) });
  outbox.add({ event: id, photo: small });
});

placeTool.addEventListener("click", () => { byId("where").hidden = false; byId("where-yes").focus(); });
byId("where-no").addEventListener("click", () => { byId("where").hidden = true; text.focus(); });
byId("where-yes").addEventListener("click", () => {
  byId("where").hidden = true;
  note(words.placeSeeking);
  navigator.geolocation.getCurrentPosition(
    (found) => {
      note("");
      say({ location: { latitude: found.coords.latitude, longitude: found.coords.longitude } }, { place: true });
    },
    () => { note(""); remark(words.placeDenied); text.focus(); },
    { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 },
  );
});

for (const button of document.querySelectorAll("[data-language]"))
  button.addEventListener("click", () => say({ language: button.dataset.language }, null));

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  unread = 0;
  badge(0, title);
  seenSoon();
  if (!source) listen();
});
window.addEventListener("offline", () => note(words.offline));

// --- the beginning ---
// A page of ours may bring words along (/chat?say=…): they stand in the box, and she sends them herself.
const brought = new URLSearchParams(window.location.search).get("say");
if (brought && !text.value) { text.value = brought.slice(0, 200); text.focus(); window.history.replaceState(null, "", "/chat"); }

const begin = async () => {
  try {
    const answer = await fetch("/chat/history", { credentials: "same-origin", headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error("not now");
    const history = await answer.json();
    history.lines.forEach((line) => show(line, true));
    for (const entry of outbox.entries) draw(entry.event, entry.shown);
    toBottom();
    // A relative opened the link of an invitation (?invite=123456): the code is said once.
    const invite = new URLSearchParams(location.search).get("invite") || "";
    if (/^[0-9]{6}$/.test(invite)) {
      window.history.replaceState(null, "", location.pathname);
      say({ text: `家人 ${invite}` }, { text: `家人 ${invite}` });
    } else if (history.lines.length) { outbox.now(); listen(); } else if (!outbox.entries.length) say({ start: true }, null);
    else outbox.now();
  } catch (e) {
    note(navigator.onLine ? words.reconnecting : words.offline);
    window.setTimeout(begin, 3000);
  }
};
begin();
