// Draws the conversation. Whatever anybody wrote becomes text nodes, never markup.
const log = document.getElementById("log");
export const words = JSON.parse(log.dataset.words);
export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

const lang = document.documentElement.lang;
const make = (tag, css, text) => {
  const node = document.createElement(tag);
  if (css) node.className = css;
  if (text !== undefined) node.textContent = text;
  return node;
};

// A mark stands alone, touches its words and holds a word: 138****2210 is no bold.
const BOLD = /(^|[^*])\*\*(?![\s*])((?:(?!\*\*)[^])*?[^\s*])\*\*(?!\*)/g;
const emphasised = (parent, text) => {
  let end = 0;
  for (let match = BOLD.exec(text); match; match = BOLD.exec(text)) {
    if (!/[\p{L}\p{N}]/u.test(match[2])) continue;
    parent.append(text.slice(end, match.index) + match[1], make("strong", "", match[2]));
    end = match.index + match[0].length;
  }
  BOLD.lastIndex = 0;
  parent.append(text.slice(end));
};

const clock = (at) => new Date(at).toLocaleTimeString(lang, { hour: "2-digit", minute: "2-digit", hour12: false });
let lastDay = "";
const dayOf = (at) => {
  const day = new Date(at).toDateString();
  if (day === lastDay) return;
  lastDay = day;
  const today = day === new Date().toDateString();
  log.append(make("p", "day", today ? words.today : new Date(at).toLocaleDateString(lang, { month: "long", day: "numeric" })));
};

const shown = new Set(); // Deliveries and events that are on the page
export const knows = (id) => shown.has(id);
let current = null; // our last line, while its options are open

const atBottom = () => log.scrollHeight - log.scrollTop - log.clientHeight < 120;
const follow = (was) => { if (was) log.scrollTop = log.scrollHeight; };
window.addEventListener("resize", () => { if (log.scrollHeight - log.scrollTop - log.clientHeight < 600) toBottom(); });
export const toBottom = () => { log.scrollTop = log.scrollHeight; };

// One line of ours. `pick(message, index, label)` is called for an option. False when it is on the page already.
export const told = (item, pick) => {
  const id = "d" + item.id;
  if (shown.has(id)) return false;
  shown.add(id);
  const was = atBottom();
  dayOf(item.at);
  const line = make("div", "line ours");
  line.lang = item.lang;
  const bubble = make("div", "bubble");
  for (const address of item.photos || []) {
    const picture = make("img");
    picture.alt = words.photoOurs;
    picture.src = address;
    picture.onload = () => follow(was);
    bubble.append(picture);
  }
  emphasised(bubble, item.text);
  line.append(bubble);
  links(line, item);
  const open = item.options.some((_, index) => !address(item, index)) && !item.closed;
  if (open) options(line, item, pick);
  line.append(make("span", "meta", clock(item.at)));
  log.append(line);
  settle(line, open);
  follow(was);
  return true;
};

const address = (item, index) => item.links && item.links[index];
// Pages that it opens: they stay, whatever she answers.
const links = (line, item) => {
  const group = make("div", "options links");
  group.dataset.keep = "";
  for (const [index, page] of Object.entries(item.links || {})) {
    if (!/^https?:/.test(page)) continue;
    const link = make("a", "option", item.options[index].replace(/\*\*/g, ""));
    link.href = page;
    link.target = "_blank";
    link.rel = "noopener noreferrer";
    group.append(link);
  }
  if (group.childElementCount) line.append(group);
};

const options = (line, item, pick) => {
  const group = make("div", "options");
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", words.options);
  item.options.forEach((label, index) => {
    if (address(item, index)) return;
    const button = make("button", "option", label.replace(/\*\*/g, ""));
    button.type = "button";
    button.addEventListener("click", () => { group.remove(); pick(item.message, index, label); });
    group.append(button);
  });
  if (item.keep) {
    // News of a repair bring its buttons again: those of the last news go, or the page would fill with them.
    for (const older of log.querySelectorAll(".options[data-keep]")) if (older.dataset.keep === item.keep) older.remove();
    group.dataset.keep = item.keep;
  }
  line.append(group);
};

const settle = (line, open) => {
  if (current) current.classList.remove("current");
  current = line;
  if (open) line.classList.add("current");
};

// She went on: what was asked before needs no answer any more.
const close = () => {
  for (const group of log.querySelectorAll(".options:not([data-keep])")) group.remove();
  if (current) current.classList.remove("current");
};

// One line of hers: text, photo (an address) or place. Returns the note under it, null when it is on the page already.
export const hers = (item) => {
  const id = "e" + item.event;
  if (shown.has(id)) return null;
  shown.add(id);
  dayOf(item.at);
  close();
  const line = make("div", "line hers");
  const bubble = make("div", "bubble");
  if (item.photo) {
    const picture = make("img");
    picture.alt = words.photo;
    picture.src = item.photo;
    picture.onload = toBottom;
    bubble.append(picture);
  }
  if (item.place) bubble.append("📍 " + words.place);
  if (item.text) bubble.append(item.text);
  line.append(bubble);
  const note = make("span", "meta", clock(item.at));
  line.append(note);
  log.append(line);
  toBottom();
  return { say: (text, bad) => { note.textContent = text || clock(item.at); note.classList.toggle("bad", !!bad); }, done: () => { note.textContent = clock(item.at); } };
};

// A remark of the page itself: why something was not taken.
export const remark = (text) => {
  const line = make("div", "line ours");
  line.append(make("div", "bubble", text));
  log.append(line);
  toBottom();
};
