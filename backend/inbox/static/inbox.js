// A thread: the newest line in sight, "/word" puts in a canned answer, what is left to fill in is said, typing is shown.
(() => {
  const box = () => document.getElementById("talk");
  const down = () => { const talk = box(); if (talk) talk.scrollTop = talk.scrollHeight; };
  down();
  let near = true;
  document.addEventListener("scroll", (event) => {
    const talk = box();
    if (event.target === talk) near = talk.scrollHeight - talk.scrollTop - talk.clientHeight < 80;
  }, true);
  // live.js puts a fresh one in its place, which begins at its top.
  const talk = box();
  if (talk) new MutationObserver(() => { if (near) down(); }).observe(talk.parentNode, { childList: true });

  const text = document.getElementById("text");
  if (!text) return;
  const form = text.form;
  const left = document.getElementById("left");
  const canned = document.getElementById("canned");
  const suggestions = document.getElementById("suggestions");
  const all = canned ? [...canned.options].filter((o) => o.dataset.word).map((o) => ({ word: o.dataset.word, says: o.value })) : [];

  const check = () => {
    const open = [...new Set(text.value.match(/\{[^{}\n]{1,24}\}/g) || [])];
    left.hidden = !open.length;
    left.textContent = open.length ? left.dataset.words.replace("{what}", open.join(", ")) : "";
  };
  const put = (says, from, to) => {
    text.setRangeText(says, from, to, "end");
    suggestions.hidden = true;
    text.focus();
    check();
  };
  const begun = () => {
    const match = /(^|\s)[/／]([^\s/]*)$/.exec(text.value.slice(0, text.selectionStart));
    return match && { word: match[2], from: text.selectionStart - match[2].length - 1, to: text.selectionStart };
  };
  const fitting = (word) => all.filter((one) => one.word.toLowerCase().startsWith(word.toLowerCase()));
  const suggest = () => {
    const at = begun();
    const found = at ? fitting(at.word) : [];
    suggestions.replaceChildren(...found.slice(0, 8).map((one) => {
      const item = document.createElement("li");
      const button = document.createElement("button");
      button.type = "button";
      button.className = "chip";
      button.textContent = "/" + one.word;
      button.title = one.says;
      button.addEventListener("click", () => put(one.says, at.from, at.to));
      item.append(button);
      return item;
    }));
    suggestions.hidden = !found.length;
  };

  let told = 0;
  const typing = () => {
    if (!form.dataset.typing || Date.now() - told < 4000 || !text.value.trim()) return;
    told = Date.now();
    const body = new URLSearchParams({ csrf_token: form.elements.csrf_token.value });
    fetch(form.dataset.typing, { method: "POST", body }).catch(() => {});
  };

  text.addEventListener("input", () => { suggest(); check(); typing(); });
  text.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); form.requestSubmit(); return; }
    if (event.key !== "Enter" && event.key !== "Tab" && event.key !== " ") return;
    const at = begun();
    if (!at || !at.word) return;
    const found = fitting(at.word);
    const exact = found.find((one) => one.word.toLowerCase() === at.word.toLowerCase());
    const one = exact || (event.key !== " " && found.length === 1 ? found[0] : null);
    if (one) { event.preventDefault(); put(one.says, at.from, at.to); }
  });
  if (canned) canned.addEventListener("change", () => {
    if (canned.value) put(canned.value, text.selectionStart, text.selectionEnd);
    canned.value = "";
  });
  const way = document.getElementById("way");
  const tool = document.getElementById("photo-tool");
  if (way && tool) {
    const shown = () => { tool.hidden = !("photos" in way.selectedOptions[0].dataset); if (tool.hidden) tool.querySelector("input").value = ""; };
    way.addEventListener("change", shown);
    shown();
  }
  check();
})();
