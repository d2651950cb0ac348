// The template editor: one record's part of the paper is written in a frame whose own policy runs and fetches nothing; what is
// written goes back as HTML into the textarea that the form sends. Places like {{name}} are plain text, only highlighted.

const PLACE = /\{\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}\}/g;
const WAIT = 700;
const MM = 96 / 25.4;
const PAPER_CSS = `
html { background: #dfe4e2; padding: 12px 0; }
#paper { background: #fff; box-sizing: border-box; margin: 0 auto; position: relative; box-shadow: 0 1px 4px #0004; }
#paper:focus { outline: 2px solid #0f6e64; outline-offset: 2px; }
::highlight(place) { background-color: #c4e6df; color: #0b3d37; }
`;

class Editor {
  constructor(form) {
    this.form = form;
    this.page = JSON.parse(form.dataset.editor);
    this.body = form.elements.body;
    this.css = form.elements.css;
    this.frame = form.querySelector(".surface");
    this.at = 0;
    this.asked = 0;
    this.timer = null;
    this.changed = false;
    const ready = () => { if (this.frame.contentDocument?.body && !this.paper && this.frame.contentDocument.URL !== "about:blank") this.begin(); };
    this.frame.addEventListener("load", ready);
    form.querySelector("[data-writing]").hidden = false;
    ready();
  }

  begin() {
    this.doc = this.frame.contentDocument;
    for (const name of ["base", "own", "size"]) {
      const style = this.doc.createElement("style");
      style.id = name;
      this.doc.head.append(style);
    }
    this.doc.getElementById("base").textContent = PAPER_CSS + this.page.base;
    this.paper = this.doc.createElement("div");
    this.paper.id = "paper";
    this.paper.contentEditable = "true";
    this.paper.setAttribute("role", "textbox");
    this.paper.setAttribute("aria-multiline", "true");
    this.paper.setAttribute("aria-label", this.frame.dataset.label);
    this.doc.body.append(this.paper);
    this.read();
    this.dress();
    this.doc.execCommand("defaultParagraphSeparator", false, "p");
    this.listen();
    this.offerNames();
    this.look();
  }

  // --- between the paper and the textarea

  read() {
    this.paper.innerHTML = this.body.value;
    this.mark();
  }

  write() {
    const copy = this.paper.cloneNode(true);
    for (const font of copy.querySelectorAll("font")) font.replaceWith(...font.childNodes);
    this.body.value = copy.innerHTML;
    this.mark();
  }

  // Places are shown without an element of their own: whoever makes them bold or takes one back has plain text before her.
  mark() {
    const { Highlight, CSS } = this.frame.contentWindow;
    if (!Highlight) return;
    const places = new Highlight();
    const walker = this.doc.createTreeWalker(this.paper, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      for (const found of walker.currentNode.data.matchAll(PLACE)) {
        const range = this.doc.createRange();
        range.setStart(walker.currentNode, found.index);
        range.setEnd(walker.currentNode, found.index + found[0].length);
        places.add(range);
      }
    }
    CSS.highlights.set("place", places);
  }

  // --- the paper's looks

  number(name) { return Number(this.form.elements[name].value) || 0; }

  dress() {
    const [width, height] = [this.number("width"), this.number("height")];
    const margins = ["top", "right", "bottom", "left"].map((side) => this.number(`margin_${side}`));
    const [top, right, bottom, left] = margins;
    const zoom = Math.min(1, (this.frame.clientWidth - 40) / (width * MM || 1));
    this.doc.getElementById("own").textContent = this.css.value;
    this.doc.getElementById("size").textContent = `
      #paper { width: ${width}mm; min-height: ${height}mm; padding: ${margins.map((m) => `${m}mm`).join(" ")}; zoom: ${zoom}; }
      .whole { position: relative; box-sizing: border-box; overflow: hidden; width: ${width - left - right}mm; height: ${height - top - bottom - 0.1}mm; }`;
  }

  // --- what people do

  listen() {
    const touched = () => { this.write(); this.touch(); };
    this.paper.addEventListener("input", touched);
    this.paper.addEventListener("paste", (event) => {
      event.preventDefault();
      this.doc.execCommand("insertText", false, event.clipboardData.getData("text/plain"));
    });
    this.paper.addEventListener("drop", (event) => event.preventDefault());
    this.doc.addEventListener("selectionchange", () => this.showState());
    for (const button of this.form.querySelectorAll("[data-command]")) {
      button.addEventListener("click", () => { this.command(button.dataset.command); touched(); });
    }
    this.choice("[data-size]", (value) => { this.sized(value); touched(); });
    this.choice("[data-colour]", (value) => { this.command("foreColor", value, true); touched(); });
    for (const button of this.form.querySelectorAll("[data-insert]")) {
      button.addEventListener("click", () => { this.insert(button.dataset.insert); touched(); });
    }
    this.form.querySelector("[data-picture]").addEventListener("change", (event) => this.addPicture(event.target));
    this.body.addEventListener("input", () => { this.read(); this.touch(); });
    this.css.addEventListener("input", () => { this.dress(); this.touch(); });
    this.form.elements.preset.addEventListener("change", () => this.usePreset());
    this.form.elements.kind.addEventListener("change", () => { this.at = 0; this.offerNames(); });
    this.form.addEventListener("input", (event) => {
      if (event.target === this.body || event.target === this.css) return;
      this.dress();
      this.touch();
    });
    for (const button of this.form.querySelectorAll("[data-step]")) {
      button.addEventListener("click", () => { this.at += Number(button.dataset.step); this.look(); });
    }
    window.addEventListener("resize", () => this.dress());
    this.form.addEventListener("submit", () => { this.write(); this.changed = false; });
    window.addEventListener("beforeunload", (event) => { if (this.changed) event.preventDefault(); });
  }

  choice(selector, act) {
    const select = this.form.querySelector(selector);
    select.addEventListener("change", (event) => {
      event.stopPropagation();
      if (select.value) act(select.value);
      select.value = "";
    });
  }

  command(name, value = null, css = name.startsWith("justify")) {
    this.doc.execCommand("styleWithCSS", false, css);
    this.doc.execCommand(name, false, value);
    this.showState();
  }

  // The browser knows seven sizes; its largest marks what gets the wanted one.
  sized(points) {
    this.command("fontSize", "7", false);
    for (const font of this.paper.querySelectorAll("font[size='7']")) {
      const span = this.doc.createElement("span");
      span.style.fontSize = `${points}pt`;
      span.append(...font.childNodes);
      font.replaceWith(span);
    }
  }

  showState() {
    for (const button of this.form.querySelectorAll("[data-command]")) {
      button.setAttribute("aria-pressed", String(this.doc.queryCommandState(button.dataset.command)));
    }
  }

  range() {
    const selection = this.doc.getSelection();
    if (selection.rangeCount && this.paper.contains(selection.getRangeAt(0).commonAncestorContainer)) return selection.getRangeAt(0);
    const range = this.doc.createRange();
    range.selectNodeContents(this.paper.lastElementChild || this.paper);
    range.collapse(false);
    return range;
  }

  insert(how) {
    const name = this.form.querySelector("[data-names]").value;
    if (!name) return;
    if (how === "if") {
      const range = this.range();
      const end = range.cloneRange();
      end.collapse(false);
      end.insertNode(this.doc.createTextNode("{{end}}"));
      range.insertNode(this.doc.createTextNode(`{{if ${name}}}`));
    } else {
      this.keepCaret();
      this.doc.execCommand("insertText", false, how === "qr" ? `{{qr:${name}}}` : `{{${name}}}`);
    }
    // Later: the key that pressed the button must not be typed into the paper.
    window.setTimeout(() => { this.frame.contentWindow.focus(); this.paper.focus(); }, 0);
  }

  // Who has not been in the paper yet writes at its end.
  keepCaret() {
    const selection = this.doc.getSelection();
    const range = this.range();
    if (selection.rangeCount && selection.getRangeAt(0) === range) return;
    selection.removeAllRanges();
    selection.addRange(range);
  }

  async addPicture(input) {
    const [file] = input.files;
    if (!file) return;
    const sent = new FormData();
    sent.append("csrf_token", this.form.elements.csrf_token.value);
    sent.append("picture", file);
    input.value = "";
    const answer = await fetch(this.form.dataset.pictures, { method: "POST", body: sent, headers: { Accept: "application/json" } });
    const told = await answer.json().catch(() => ({}));
    this.form.querySelector("[data-said]").textContent = told.error || "";
    if (!told.src) return;
    const picture = this.doc.createElement("img");
    picture.src = told.src;
    picture.alt = "";
    this.range().insertNode(picture);
    this.write();
    this.touch();
  }

  usePreset() {
    const preset = this.page.presets[this.form.elements.preset.value];
    for (const [name, value] of Object.entries(preset || {})) this.form.elements[name].value = value;
    this.dress();
  }

  offerNames() {
    const select = this.form.querySelector("[data-names]");
    const names = this.page.names[this.form.elements.kind.value] || this.page.names[""];
    select.replaceChildren(...names.map((name) => new Option(name, name)));
  }

  // --- the preview

  touch() {
    this.changed = true;
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.look(), WAIT);
  }

  async look() {
    const asked = ++this.asked;
    const sent = new FormData(this.form);
    sent.set("at", String(((this.at % 1000) + 1000) % 1000));
    const answer = await fetch(this.form.dataset.preview, { method: "POST", body: sent, headers: { Accept: "application/json" } });
    const told = await answer.json().catch(() => ({}));
    if (asked !== this.asked) return;
    const picture = this.form.querySelector("[data-look]");
    if (told.src) { picture.src = told.src; picture.hidden = false; }
    this.form.querySelector("[data-told]").textContent = [told.record, told.pages].filter(Boolean).join(" · ");
    const lines = (told.problems || []).concat(told.error || []).filter(Boolean).map((words) => {
      const line = document.createElement("li");
      line.textContent = words;
      return line;
    });
    this.form.querySelector("[data-problems]").replaceChildren(...lines);
  }
}

for (const form of document.querySelectorAll("form[data-editor]")) new Editor(form);
