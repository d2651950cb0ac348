// The form builder: keeps the questions as the JSON of their fields in a hidden textarea that its page sends.
// Cards are made of the page's templates; nothing here puts words into HTML.

const fill = (text, places) => text.replace(/\{(\w+)\}/g, (whole, name) => places[name] ?? whole);
const one = (root, selector) => root.querySelector(selector);
const all = (root, selector) => [...root.querySelectorAll(selector)];
const KNOWN = ["filled", "empty"];

class Builder {
  constructor(root) {
    this.root = root;
    this.page = JSON.parse(root.dataset.page);
    this.words = this.page.words;
    this.frozen = root.dataset.frozen !== undefined;
    this.data = one(root, ".builder-data");
    this.list = one(root, ".questions");
    this.cards = [];
    this.changed = false;
    this.offerKinds();
    for (const field of JSON.parse(this.data.value || "[]")) this.insert(field, this.cards.length);
    for (const [number, , text] of this.page.problems) if (number) this.complain(number - 1, text);
    this.renumber();
    this.changed = false;
    this.offerUndo();
    this.offerPreview();
    const told = one(root, "[data-problems]");
    if (told) told.focus();
    const form = root.closest("form");
    form.addEventListener("submit", () => { this.keep(); this.changed = false; });
    // Enter in a question must not send the whole page half done.
    root.addEventListener("keydown", (event) => { if (event.key === "Enter" && event.target.matches("input")) event.preventDefault(); });
    window.addEventListener("beforeunload", (event) => { if (this.changed) event.preventDefault(); });
  }

  // --- what is kept

  keep() { this.data.value = JSON.stringify(this.cards.map((card) => card.field)); }

  touch() { this.changed = true; this.keep(); }

  say(text) { one(this.root, "[data-announce]").textContent = text; }

  freeName() {
    const taken = new Set(this.cards.map((card) => card.field.name));
    let n = 1;
    while (taken.has(`q${n}`)) n += 1;
    return `q${n}`;
  }

  titleOf(field) {
    const ask = field.ask || {};
    const words = ask[document.documentElement.lang.replace("-", "_")] || Object.values(ask).find(Boolean) || this.words.untitled;
    return words.length > 32 ? `${words.slice(0, 31)}…` : words;
  }

  // --- questions

  offerKinds() {
    const bar = one(this.root, ".add");
    if (this.frozen) { bar.hidden = true; return; }
    for (const [kind, label] of this.page.kinds) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn-secondary";
      button.dataset.kind = kind;
      button.textContent = label;
      button.addEventListener("click", () => this.add(kind));
      bar.append(button);
    }
  }

  add(kind) {
    const field = { kind, name: this.freeName(), ask: {} };
    if (kind === "choice" || kind === "multi_choice") field.options = [{ value: "o1", label: {} }, { value: "o2", label: {} }];
    if (kind === "multi_choice") field.least = 1;
    const card = this.insert(field, this.cards.length);
    this.renumber();
    this.touch();
    this.say(fill(this.words.added, { n: this.cards.length }));
    one(card.element, "[data-text=ask] textarea").focus();
  }

  insert(field, at) {
    const element = one(this.root, "template[data-card]").content.firstElementChild.cloneNode(true);
    const card = { field, element };
    this.cards.splice(at, 0, card);
    this.list.insertBefore(element, this.list.children[at] || null);
    one(element, ".question-kind").textContent = this.page.allKinds[field.kind] || field.kind;
    this.bindTexts(card);
    for (const box of all(element, "[data-flag]")) {
      box.checked = Boolean(field[box.dataset.flag]);
      box.disabled = this.frozen;
      box.addEventListener("change", () => { field[box.dataset.flag] = box.checked; this.touch(); });
    }
    this.bindLimits(card);
    if (field.options) this.drawOptions(card);
    one(element, "[data-add-option]").addEventListener("click", () => this.addOption(card));
    one(element, "[data-add-clause]").addEventListener("click", () => this.addClause(card));
    one(element, ".when-join select").addEventListener("change", () => { this.setClauses(card, this.clauses(card)); });
    for (const button of all(element, "[data-act]")) button.addEventListener("click", () => this.act(card, button.dataset.act));
    this.bindHandle(card);
    if (this.frozen) {
      for (const part of all(element, ".question-acts, .handle, [data-add-option], [data-add-clause]")) part.hidden = true;
      one(element, ".when").disabled = true;
    }
    return card;
  }

  bindTexts({ field, element }) {
    for (const box of all(element, ":scope > [data-text] [data-language], details [data-text] [data-language]")) {
      const key = box.closest("[data-text]").dataset.text;
      const value = field[key];
      box.value = (typeof value === "string" ? { zh_CN: value } : value || {})[box.dataset.language] || "";
      box.addEventListener("input", () => {
        if (typeof field[key] !== "object" || !field[key]) field[key] = typeof field[key] === "string" ? { zh_CN: field[key] } : {};
        field[key][box.dataset.language] = box.value;
        this.touch();
        if (key === "ask") this.drawConditions();
      });
    }
  }

  bindLimits({ field, element }) {
    const row = one(element, ".limits");
    for (const label of all(row, "[data-limit-of]")) {
      const fits = label.dataset.limitOf.split(" ").includes(field.kind);
      label.hidden = !fits;
      if (!fits) continue;
      row.hidden = false;
      const box = one(label, "input");
      box.value = field[box.dataset.number] ?? "";
      box.disabled = this.frozen;
      box.addEventListener("input", () => {
        if (box.value === "") delete field[box.dataset.number];
        else field[box.dataset.number] = Number(box.value);
        this.touch();
      });
    }
  }

  complain(index, text) {
    const card = this.cards[index];
    if (!card) return;
    card.element.classList.add("wrong");
    const line = document.createElement("li");
    line.textContent = text;
    one(card.element, ".field-errors").append(line);
  }

  renumber() {
    this.cards.forEach((card, index) => {
      const n = index + 1;
      card.element.id = `question-${n}`;
      one(card.element, ".question-number").textContent = fill(this.words.question, { n });
      for (const button of all(card.element, "[data-act]")) {
        button.setAttribute("aria-label", fill(this.words[button.dataset.act], { n }));
        button.title = button.getAttribute("aria-label");
      }
      one(card.element, "[data-handle]").setAttribute("aria-label", fill(this.words.handle, { n }));
      one(card.element, '[data-act="up"]').disabled = index === 0;
      one(card.element, '[data-act="down"]').disabled = index === this.cards.length - 1;
    });
    one(this.root, ".builder-empty").hidden = this.cards.length > 0 || this.frozen;
    this.drawConditions();
  }

  act(card, act) {
    const at = this.cards.indexOf(card);
    if (act === "up" || act === "down") {
      this.move(card, at + (act === "up" ? -1 : 1));
      const button = one(card.element, `[data-act="${act}"]`);
      (button.disabled ? one(card.element, "[data-handle]") : button).focus();
    } else if (act === "copy") {
      const field = structuredClone(card.field);
      field.name = this.freeName();
      this.insert(field, at + 1);
      this.renumber();
      this.touch();
      this.say(fill(this.words.added, { n: at + 2 }));
      one(this.cards[at + 1].element, "[data-text=ask] textarea").focus();
    } else this.remove(card, at);
  }

  move(card, to) {
    const from = this.cards.indexOf(card);
    to = Math.max(0, Math.min(to, this.cards.length - 1));
    if (from === to) return;
    const passed = this.cards.slice(Math.min(from, to), Math.max(from, to) + 1).filter((other) => other !== card);
    this.cards.splice(from, 1);
    this.cards.splice(to, 0, card);
    // Its neighbours go around it: an element that is taken out loses the focus, and the finger that drags it.
    if (to > from) for (const other of passed) card.element.before(other.element);
    else for (const other of passed.reverse()) card.element.after(other.element);
    this.renumber();
    this.touch();
    this.say(fill(this.words.moved, { n: from + 1, to: to + 1, all: this.cards.length }));
  }

  remove(card, at) {
    this.cards.splice(at, 1);
    card.element.remove();
    this.removed = { card, at };
    this.renumber();
    this.touch();
    const bar = one(this.root, ".builder-undo");
    const text = fill(this.words.removed, { n: at + 1 });
    one(bar, "span").textContent = text;
    bar.hidden = false;
    one(bar, "button").focus();
    this.say(text);
  }

  offerUndo() {
    const bar = one(this.root, ".builder-undo");
    one(bar, "button").addEventListener("click", () => {
      const { card, at } = this.removed;
      bar.hidden = true;
      this.insert(card.field, at);
      this.renumber();
      this.touch();
      this.say(fill(this.words.undone, { n: at + 1 }));
      one(this.cards[at].element, "[data-handle]").focus();
    });
  }

  // By mouse and finger (pointer events), and by the arrow keys.
  bindHandle(card) {
    const handle = one(card.element, "[data-handle]");
    handle.addEventListener("keydown", (event) => {
      const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (!step) return;
      event.preventDefault();
      this.move(card, this.cards.indexOf(card) + step);
      handle.focus();
    });
    handle.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      event.preventDefault();
      handle.focus();
      handle.setPointerCapture(event.pointerId);
      let sorting = false;
      const drag = (moved) => {
        if (!sorting && Math.abs(moved.clientY - event.clientY) < 6) return;
        if (!sorting) this.beginSorting(card, moved.clientY);
        sorting = true;
        // Near the edge of the window the page goes along.
        if (moved.clientY < 48) window.scrollBy({ top: -12, behavior: "instant" });
        else if (moved.clientY > window.innerHeight - 48) window.scrollBy({ top: 12, behavior: "instant" });
        const others = this.cards.filter((other) => other !== card);
        const before = others.findIndex((other) => {
          const box = other.element.getBoundingClientRect();
          return moved.clientY < box.top + box.height / 2;
        });
        this.move(card, before < 0 ? others.length : before);
      };
      const drop = () => {
        if (sorting) this.endSorting(card);
        window.removeEventListener("pointermove", drag);
        window.removeEventListener("pointerup", drop);
        window.removeEventListener("pointercancel", drop);
      };
      window.addEventListener("pointermove", drag);
      window.addEventListener("pointerup", drop);
      window.addEventListener("pointercancel", drop);
    });
  }

  // While one is dragged all cards are one line each, so that a long form is overseen; the dragged one stays at the finger.
  beginSorting(card, at) {
    for (const other of this.cards) one(other.element, ".question-title").textContent = this.titleOf(other.field);
    this.list.style.minHeight = `${this.list.offsetHeight}px`;
    this.list.classList.add("sorting");
    card.element.classList.add("dragged");
    const shift = card.element.getBoundingClientRect().top + 24 - at;
    const before = window.scrollY;
    window.scrollBy({ top: shift, behavior: "instant" });
    const missing = before + shift - window.scrollY;
    if (missing < 0) this.list.style.paddingTop = `${-missing}px`;
  }

  endSorting(card) {
    this.list.classList.remove("sorting");
    this.list.style.minHeight = this.list.style.paddingTop = "";
    card.element.classList.remove("dragged");
    card.element.scrollIntoView({ block: "nearest" });
  }

  // --- options of a choice

  addOption(card) {
    const taken = new Set(card.field.options.map((option) => option.value));
    let n = 1;
    while (taken.has(`o${n}`)) n += 1;
    card.field.options.push({ value: `o${n}`, label: {} });
    this.drawOptions(card);
    this.touch();
    one(one(card.element, ".options ol").lastElementChild, "input").focus();
  }

  drawOptions(card) {
    const box = one(card.element, ".options");
    box.hidden = false;
    const list = one(box, "ol");
    list.replaceChildren(...card.field.options.map((option, index) => this.drawnOption(card, option, index)));
    this.drawConditions();
  }

  drawnOption(card, option, index) {
    const row = one(this.root, "template[data-option]").content.firstElementChild.cloneNode(true);
    const n = index + 1;
    for (const input of all(row, "[data-language]")) {
      const label = typeof option.label === "string" ? { zh_CN: option.label } : option.label || {};
      input.value = label[input.dataset.language] || "";
      input.setAttribute("aria-label", `${fill(this.words.option, { n })} ${input.placeholder}`);
      input.addEventListener("input", () => {
        if (typeof option.label !== "object" || !option.label) option.label = typeof option.label === "string" ? { zh_CN: option.label } : {};
        option.label[input.dataset.language] = input.value;
        this.touch();
        this.drawConditions();
      });
      input.addEventListener("keydown", (event) => {
        if (event.key === "Enter" && !this.frozen) this.addOption(card);
      });
    }
    for (const button of all(row, "[data-option-act]")) {
      const act = button.dataset.optionAct;
      button.setAttribute("aria-label", fill(this.words[`option_${act}`], { n }));
      button.hidden = this.frozen;
      button.disabled = (act === "up" && index === 0) || (act === "down" && n === card.field.options.length);
      button.addEventListener("click", () => {
        const options = card.field.options;
        options.splice(index, 1);
        const to = act === "up" ? index - 1 : index + 1;
        if (act !== "remove") options.splice(to, 0, option);
        this.drawOptions(card);
        this.touch();
        const rows = one(card.element, ".options ol").children;
        const next = act === "remove" ? rows[Math.min(index, rows.length - 1)] : rows[to];
        const target = next && (act === "remove" ? one(next, "input") : all(next, `[data-option-act="${act}"]`).find((b) => !b.disabled) || one(next, "input"));
        (target || one(card.element, "[data-add-option]")).focus();
      });
    }
    return row;
  }

  // --- when it is asked

  clauses({ field }) {
    const when = field.when;
    if (!when) return [];
    return when.and || when.or || [when];
  }

  setClauses(card, clauses) {
    const join = one(card.element, ".when-join select").value;
    if (!clauses.length) delete card.field.when;
    else card.field.when = clauses.length === 1 ? clauses[0] : { [join]: clauses };
    this.touch();
    this.drawCondition(card);
  }

  addClause(card) {
    const earlier = this.earlier(card);
    const first = earlier[earlier.length - 1];
    if (!first) return;
    this.setClauses(card, [...this.clauses(card), this.freshClause(first.field)]);
    one(one(card.element, ".when ol").lastElementChild, "[data-of]").focus();
  }

  freshClause(field) {
    const op = (this.page.operations[field.kind] || KNOWN)[0];
    const clause = { field: field.name, op };
    if (KNOWN.includes(op)) return clause;
    if (field.options) clause.value = field.options[0] ? field.options[0].value : "";
    else if (field.kind === "yes_no") clause.value = true;
    else if (field.kind === "rating") clause.value = 3;
    return clause;
  }

  earlier(card) { return this.cards.slice(0, this.cards.indexOf(card)); }

  drawConditions() { for (const card of this.cards) this.drawCondition(card); }

  drawCondition(card) {
    const box = one(card.element, ".when");
    const clauses = this.clauses(card);
    if (box.contains(document.activeElement) && document.activeElement.matches("input")) return;
    const place = this.place(box);
    box.hidden = !clauses.length && !this.earlier(card).length;
    one(box, ".when-always").hidden = clauses.length > 0;
    const join = one(box, ".when-join");
    join.hidden = clauses.length < 2;
    if (card.field.when && (card.field.when.or || card.field.when.and)) one(join, "select").value = card.field.when.or ? "or" : "and";
    one(box, "ol").replaceChildren(...clauses.map((clause, index) => this.drawnClause(card, clauses, clause, index)));
    const again = place && one(box, place);
    if (again) again.focus();
  }

  // Where the focus is, so that it can be put back after the part is drawn anew.
  place(box) {
    const active = document.activeElement;
    const row = active && active.closest && active.closest(".clause");
    if (!row || !box.contains(row)) return "";
    const n = [...row.parentElement.children].indexOf(row) + 1;
    const part = ["data-of", "data-op", "data-value", "data-drop"].find((name) => active.hasAttribute(name));
    return part ? `.clause:nth-child(${n}) [${part}]` : "";
  }

  drawnClause(card, clauses, clause, index) {
    const row = one(this.root, "template[data-clause]").content.firstElementChild.cloneNode(true);
    const earlier = this.earlier(card);
    const of = one(row, "[data-of]");
    for (const other of earlier) of.append(new Option(this.titleOf(other.field), other.field.name));
    const asked = earlier.find((other) => other.field.name === clause.field);
    if (!asked) {
      const later = this.cards.find((other) => other.field.name === clause.field);
      of.append(new Option(`${later ? this.titleOf(later.field) : clause.field} ${this.words.later}`, clause.field));
      of.setAttribute("aria-invalid", "true");
      const note = document.createElement("p");
      note.className = "field-error";
      note.textContent = this.words.depends;
      row.append(note);
    }
    of.value = clause.field;
    const put = (fresh) => this.setClauses(card, clauses.map((c, i) => (i === index ? fresh : c)));
    of.addEventListener("change", () => {
      const chosen = this.cards.find((other) => other.field.name === of.value);
      if (chosen) put(this.freshClause(chosen.field));
    });
    const kind = asked ? asked.field.kind : "";
    const op = one(row, "[data-op]");
    for (const name of this.page.operations[kind] || KNOWN) op.append(new Option(this.page.operationNames[name], name));
    op.value = clause.op || "eq";
    op.addEventListener("change", () => {
      const fresh = { ...clause, op: op.value };
      if (KNOWN.includes(op.value)) delete fresh.value;
      else if (fresh.value === undefined && asked) fresh.value = this.freshClause(asked.field).value;
      put(fresh);
    });
    const value = asked && !KNOWN.includes(clause.op) ? this.drawnValue(asked.field, clause) : null;
    if (value) one(row, ".clause-value").append(value);
    one(row, "[data-drop]").addEventListener("click", () => {
      this.setClauses(card, clauses.filter((_c, i) => i !== index));
      one(card.element, "[data-add-clause]").focus();
    });
    return row;
  }

  drawnValue(field, clause) {
    let box;
    if (field.options || field.kind === "yes_no") {
      box = document.createElement("select");
      box.className = "form-select";
      const known = field.options
        ? field.options.map((option) => [this.labelOf(option), option.value])
        : [[this.words.yes, "true"], [this.words.no, "false"]];
      for (const [label, value] of known) box.append(new Option(label, value));
      box.value = String(clause.value);
      if (box.selectedIndex < 0) { box.append(new Option(this.words.choose, "")); box.value = ""; }
      box.addEventListener("change", () => { clause.value = field.options ? box.value : box.value === "true"; this.touch(); });
    } else {
      box = document.createElement("input");
      box.className = "form-control";
      box.type = field.kind === "date" ? "date" : "number";
      box.step = "any";
      box.value = clause.value ?? "";
      box.addEventListener("input", () => { clause.value = field.kind === "date" ? box.value : box.value === "" ? undefined : Number(box.value); this.touch(); });
    }
    box.dataset.value = "";
    box.setAttribute("aria-label", this.page.operationNames[clause.op || "eq"]);
    return box;
  }

  labelOf(option) {
    const label = typeof option.label === "string" ? { zh_CN: option.label } : option.label || {};
    return label[document.documentElement.lang.replace("-", "_")] || Object.values(label).find(Boolean) || this.words.untitled;
  }

  // --- how it looks on every channel

  offerPreview() {
    const button = one(this.root, "[data-try]");
    if (!button) return;
    this.answers = [];
    button.addEventListener("click", () => { this.answers = []; this.show(); });
    for (const box of all(this.root, "[data-walk], [data-in]")) box.addEventListener("change", () => { this.answers = []; this.show(); });
  }

  async show() {
    this.keep();
    const sent = new FormData(this.root.closest("form"));
    const form = new FormData();
    form.set("csrf_token", sent.get("csrf_token"));
    form.set("form", this.data.value);
    for (const key of ["title", "intro"]) for (const [code] of this.page.languages) form.set(`${key}_${code}`, sent.get(`${key}_${code}`) || "");
    form.set("in", one(this.root, "[data-in]").value);
    if (one(this.root, "[data-walk]").checked) form.set("walk", "1");
    for (const answer of this.answers) form.append("a", answer);
    const target = one(this.root, "[data-tried]");
    const answer = await fetch(this.root.dataset.preview, { method: "POST", body: form, headers: { Accept: "text/html" } }).catch(() => null);
    if (!answer || (!answer.ok && answer.status !== 422)) { target.textContent = this.words.not_shown; return; }
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    target.replaceChildren(...fresh.body.childNodes);
    for (const key of all(target, "[data-pick]")) key.addEventListener("click", () => { this.answers.push(key.textContent.trim()); this.show(); });
    const back = one(target, "[data-answer-back]");
    if (back) back.addEventListener("click", () => { this.answers.pop(); this.show(); });
    const typed = one(target, "[data-answer]");
    if (!typed) { if (back) back.focus(); return; }
    const go = () => { if (typed.value.trim()) { this.answers.push(typed.value.trim()); this.show(); } };
    one(target, "[data-answer-go]").addEventListener("click", go);
    typed.addEventListener("keydown", (event) => { if (event.key === "Enter") go(); });
    typed.focus();
  }
}

for (const root of document.querySelectorAll("[data-builder]")) new Builder(root);
