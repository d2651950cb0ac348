// The notice editor: placeholders to click in, letters written in a frame whose own policy runs and fetches nothing, and the
// preview, which the server draws from what is typed.

const WAIT = 600;
const SHEET = "body { font: 15px/1.6 system-ui, 'PingFang SC', 'Noto Sans CJK SC', sans-serif; margin: 12px; } body:focus { outline: 0; }";

// A frame's empty sheet, once it is there.
function sheet(frame, use) {
  const ready = () => { if (frame.contentDocument?.URL !== "about:blank" && frame.contentDocument?.body) use(frame.contentDocument); };
  frame.addEventListener("load", ready, { once: true });
  if (frame.contentDocument?.readyState === "complete") ready();
}

function showLetters(root) {
  for (const frame of root.querySelectorAll("iframe[data-letter]")) {
    // Read by the sheet itself, whose policy lets a letter have its colours.
    sheet(frame, (doc) => { doc.documentElement.innerHTML = frame.dataset.letter; });
  }
}

class Rich {
  constructor(box, touched, entered) {
    this.area = box.querySelector("textarea");
    this.frame = box.querySelector("iframe");
    this.tools = box.querySelector(".tools");
    this.frame.hidden = this.tools.hidden = false;
    this.touched = touched;
    this.entered = entered;
    sheet(this.frame, (doc) => this.begin(doc, box.dataset.label));
  }

  begin(doc, label) {
    this.doc = doc;
    const style = doc.createElement("style");
    style.textContent = SHEET;
    doc.head.append(style);
    doc.body.contentEditable = "true";
    doc.body.setAttribute("role", "textbox");
    doc.body.setAttribute("aria-multiline", "true");
    doc.body.setAttribute("aria-label", label);
    doc.execCommand("defaultParagraphSeparator", false, "p");
    doc.execCommand("styleWithCSS", false, true);
    this.read();
    doc.body.addEventListener("input", () => this.write());
    doc.body.addEventListener("focus", () => this.entered(this));
    doc.body.addEventListener("paste", (event) => {
      event.preventDefault();
      doc.execCommand("insertText", false, event.clipboardData.getData("text/plain"));
    });
    doc.body.addEventListener("drop", (event) => event.preventDefault());
    doc.addEventListener("selectionchange", () => this.showState());
    this.area.addEventListener("input", () => this.read());
    // Whoever clicks a tool keeps writing where she was.
    this.tools.addEventListener("mousedown", (event) => { if (event.target.closest("button")) event.preventDefault(); });
    for (const button of this.tools.querySelectorAll("[data-command]")) button.addEventListener("click", () => this.command(button.dataset.command));
    for (const button of this.tools.querySelectorAll("[data-block]")) button.addEventListener("click", () => this.command("formatBlock", button.dataset.block));
    const colour = this.tools.querySelector("[data-colour]");
    colour.addEventListener("change", (event) => {
      event.stopPropagation();
      if (colour.value) this.command("foreColor", colour.value);
      colour.value = "";
    });
  }

  read() { this.doc.body.innerHTML = this.area.value; }

  write() {
    this.area.value = this.doc.body.textContent.trim() ? this.doc.body.innerHTML : "";
    this.touched();
  }

  command(name, value = null) {
    this.doc.execCommand(name, false, value);
    this.showState();
    this.write();
  }

  insert(before, after) {
    const selected = this.doc.getSelection();
    const inside = selected.rangeCount ? selected.toString() : "";
    this.frame.contentWindow.focus();
    this.doc.body.focus();
    this.doc.execCommand("insertText", false, before + inside + after);
  }

  showState() {
    for (const button of this.tools.querySelectorAll("[data-command]")) {
      button.setAttribute("aria-pressed", String(this.doc.queryCommandState(button.dataset.command)));
    }
  }
}

class Editor {
  constructor(form) {
    this.form = form;
    this.names = JSON.parse(form.dataset.notice);
    this.shown = form.querySelector("[data-shown]");
    this.asked = 0;
    this.timer = null;
    this.changed = false;
    this.last = form.querySelector("[data-writing]");
    form.querySelector("[data-look]").hidden = false;
    form.querySelector("[data-names-box]").hidden = false;
    for (const box of form.querySelectorAll("[data-rich]")) new Rich(box, () => this.touch(), (rich) => { this.last = rich; });
    for (const field of form.querySelectorAll("[data-writing]")) field.addEventListener("focus", () => { this.last = field; });
    this.offerNames();
    this.buttons();
    this.photos();
    this.listen();
    this.look();
  }

  language() {
    const element = this.last instanceof Rich ? this.last.area : this.last;
    return element?.closest("[data-language]")?.dataset.language || "";
  }

  listen() {
    this.form.addEventListener("input", (event) => {
      if (event.target.matches("[data-how]")) return;
      this.touch(event.target.matches("[data-who]") ? null : true);
    });
    this.form.elements.kind.addEventListener("change", () => { this.form.elements.row.value = ""; this.offerNames(); });
    this.form.querySelector("[data-who]").addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      this.look();
    });
    this.shown.addEventListener("click", (event) => {
      const chosen = event.target.closest("[data-row]");
      if (!chosen) return;
      this.form.elements.row.value = chosen.dataset.row;
      this.look();
    });
    for (const fold of this.form.querySelectorAll("[data-language]")) {
      fold.addEventListener("focusin", () => { if (this.shownIn !== fold.dataset.language) this.touch(null); });
    }
    this.form.addEventListener("submit", () => { this.changed = false; });
    window.addEventListener("beforeunload", (event) => { if (this.changed) event.preventDefault(); });
  }

  // --- places

  offerNames() {
    const list = this.form.querySelector("[data-names]");
    const names = this.names[this.form.elements.kind.value] || [];
    const reader = document.documentElement.lang.startsWith("zh") ? "zh_CN" : "en";
    list.replaceChildren(...names.map((labels) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "chip";
      button.textContent = labels[reader] || Object.values(labels)[0];
      button.addEventListener("mousedown", (event) => event.preventDefault());
      button.addEventListener("click", () => this.insert(labels));
      return button;
    }));
  }

  insert(labels) {
    const chinese = this.language() === "zh_CN";
    const name = (chinese ? labels.zh_CN : labels.en) || Object.values(labels)[0];
    const part = this.form.querySelector("[data-how]:checked").value === "if";
    const [before, after] = !part ? [`{{${name}}}`, ""] : chinese ? [`{{如果 ${name}}}`, "{{结束}}"] : [`{{if ${name}}}`, "{{end}}"];
    if (this.last instanceof Rich) {
      this.last.insert(before, after);
      return;
    }
    const field = this.last;
    const [start, end] = [field.selectionStart, field.selectionEnd];
    const inside = part ? field.value.slice(start, end) : "";
    field.setRangeText(before + inside + after, start, end, "end");
    if (part) field.setSelectionRange(start + before.length, start + before.length + inside.length);
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // --- buttons and photos

  buttons() {
    for (const box of this.form.querySelectorAll(".notice-buttons")) {
      const more = box.querySelector("[data-more]");
      const spare = () => [...box.querySelectorAll("[data-spare]")];
      const settle = () => { more.hidden = !spare().length; };
      for (const line of spare()) line.hidden = true;
      for (const leads of box.querySelectorAll("[data-leads]")) {
        const address = leads.parentElement.querySelector("input[type=url]");
        const fit = () => { address.hidden = leads.value !== "url:"; };
        leads.addEventListener("change", fit);
        fit();
      }
      more.addEventListener("click", () => {
        const [line] = spare();
        delete line.dataset.spare;
        line.hidden = false;
        line.querySelector("input").focus();
        settle();
      });
      settle();
    }
  }

  photos() {
    for (const box of this.form.querySelectorAll("[data-photo]")) {
      const [key, file] = [box.querySelector("input[type=hidden]"), box.querySelector("input[type=file]")];
      const [picture, off, said] = [box.querySelector("img"), box.querySelector("[data-photo-off]"), box.querySelector("[data-photo-said]")];
      const show = (src, words = "") => {
        picture.hidden = off.hidden = !src;
        if (src) picture.src = src; else picture.removeAttribute("src");
        said.textContent = words;
        said.hidden = !words;
        this.touch();
      };
      off.addEventListener("click", () => { key.value = ""; show(""); });
      file.addEventListener("change", async () => {
        if (!file.files.length) return;
        const sent = new FormData();
        sent.append("csrf_token", this.form.elements.csrf_token.value);
        sent.append("photo", file.files[0]);
        const answer = await fetch(this.form.dataset.photos, { method: "POST", body: sent, headers: { Accept: "application/json" } });
        const told = await answer.json().catch(() => ({}));
        file.value = "";
        if (told.key) key.value = told.key;
        show(told.src || (key.value ? picture.src : ""), told.error || "");
      });
    }
  }

  // --- the preview

  touch(written = true) {
    if (written) this.changed = true;
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.look(), WAIT);
  }

  async look() {
    window.clearTimeout(this.timer);
    const asked = ++this.asked;
    const sent = new FormData(this.form);
    for (const [name, value] of [...sent]) if (value instanceof File) sent.delete(name);
    this.shownIn = this.language();
    sent.set("in", this.shownIn);
    const answer = await fetch(this.form.dataset.preview, { method: "POST", body: sent }).catch(() => null);
    if (!answer?.ok || asked !== this.asked) return;
    this.shown.innerHTML = await answer.text();
    showLetters(this.shown);
  }
}

for (const form of document.querySelectorAll("form[data-notice]")) new Editor(form);
showLetters(document);
