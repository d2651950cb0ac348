// Visits on a phone that may lose its connection: the list and the reports are kept in IndexedDB, and sent when it is back. Each report
// has a key, so that the server writes it once however often it is sent.
(() => {
  const main = document.getElementById("main");
  const words = main.dataset;
  const note = document.getElementById("phone-note");
  const form = document.querySelector("#phone-report form");
  const wrong = document.getElementById("phone-wrong");
  const DAY = 86400000;
  let list = null; // what the server said last: staff, token, at, visits
  let open = null; // the visit that is being reported
  let store = null;

  // --- kept on the phone

  const opened = () => new Promise((done, failed) => {
    const asked = indexedDB.open("linli-visits", 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("lists");
      asked.result.createObjectStore("reports", { keyPath: "key" });
    };
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
  const run = (name, mode, act) => new Promise((done, failed) => {
    const work = store.transaction(name, mode);
    const asked = act(work.objectStore(name));
    work.oncomplete = () => done(asked.result);
    work.onerror = work.onabort = () => failed(work.error);
  });
  const keep = (report) => run("reports", "readwrite", (s) => s.put(report));
  const drop = (key) => run("reports", "readwrite", (s) => s.delete(key));
  const reports = () => run("reports", "readonly", (s) => s.getAll());

  // --- shown

  const filled = (id, said) => {
    const item = document.getElementById(id).content.firstElementChild.cloneNode(true);
    for (const part of item.querySelectorAll("[data-of]")) part.textContent = said[part.dataset.of] ?? "";
    return item;
  };

  const show = async () => {
    const kept = (await reports()).sort((a, b) => a.made - b.made);
    const lines = document.getElementById("phone-sent");
    lines.replaceChildren(...kept.map((one) => {
      const foreign = list && one.staff !== list.staff;
      const line = filled("phone-line", { name: foreign ? "" : one.name, words: foreign ? words.other : one.told || words.waiting });
      line.dataset.state = one.state;
      line.classList.add(one.state === "refused" ? "care-urgent" : one.state === "waiting" ? "care-attention" : "care-good");
      const button = line.querySelector("button");
      if (one.state === "waiting" || foreign) button.remove();
      else button.addEventListener("click", async () => { await drop(one.key); await show(); });
      return line;
    }));
    const reported = new Set(kept.filter((one) => one.state === "waiting").map((one) => one.visit));
    const cards = document.getElementById("phone-list");
    const todo = (list?.visits ?? []).filter((visit) => !reported.has(visit.id));
    cards.replaceChildren(...todo.map((visit) => {
      const card = filled("phone-card", visit);
      if (visit.late) card.classList.add("care-urgent");
      const call = card.querySelector("a");
      if (visit.phone) call.href = `tel:${visit.phone}`;
      else call.remove();
      card.querySelector("button").addEventListener("click", () => begin(visit));
      return card;
    }));
    if (list && !todo.length && !note.textContent) note.textContent = words.empty;
  };

  const begin = (visit) => {
    open = visit;
    form.reset();
    wrong.textContent = "";
    document.getElementById("phone-name").textContent = visit.name;
    document.getElementById("phone-report").hidden = false;
    document.getElementById("phone-list").hidden = true;
    document.getElementById("phone-name").focus();
  };
  const end = () => {
    open = null;
    document.getElementById("phone-report").hidden = true;
    document.getElementById("phone-list").hidden = false;
  };

  // --- reported

  const name = () => [...crypto.getRandomValues(new Uint8Array(16))].map((n) => n.toString(16).padStart(2, "0")).join("");
  const smaller = async (file) => {
    try {
      const picture = await createImageBitmap(file);
      const part = Math.min(1, 1600 / Math.max(picture.width, picture.height));
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(picture.width * part);
      canvas.height = Math.round(picture.height * part);
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      return await new Promise((done) => canvas.toBlob((blob) => done(blob || file), "image/jpeg", 0.8));
    } catch {
      return file;
    }
  };
  const here = () => new Promise((done) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => done(`${coords.latitude.toFixed(6)}, ${coords.longitude.toFixed(6)}`),
      () => { note.textContent = words.nowhere; done(""); },
      { enableHighAccuracy: true, timeout: 10000 },
    );
  });

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const said = new FormData(form);
    if (!said.get("condition")) { wrong.textContent = words.choose; return; }
    const photo = said.get("photo");
    const visit = open;
    const report = {
      key: name(), staff: list.staff, visit: visit.id, name: visit.name, made: Date.now(), state: "waiting", told: "",
      fields: {
        condition: said.get("condition"), report: said.get("report"), next: said.get("next"),
        place: said.get("here") ? await here() : "",
      },
      photo: photo && photo.size ? await smaller(photo) : null,
    };
    await keep(report);
    end();
    await show();
    await sync();
  });
  document.getElementById("phone-back").addEventListener("click", end);

  // --- sent

  const send = async (report) => {
    const body = new FormData();
    body.set("key", report.key);
    body.set("visit", report.visit);
    body.set("at", report.made);
    for (const [name, value] of Object.entries(report.fields)) body.set(name, value ?? "");
    if (report.photo) body.set("photo", report.photo, "photo.jpg");
    const answer = await fetch(words.report, {
      method: "POST", body, headers: { Accept: "application/json", "X-CSRFToken": list.token },
    });
    if (answer.ok) {
      const { words: told } = await answer.json();
      await keep({ ...report, state: "sent", told, fields: {}, photo: null });
    } else if ([403, 404, 409, 413, 422].includes(answer.status)) {
      const { error } = await answer.json();
      await keep({ ...report, state: "refused", told: error });
    } // anything else passes: it is sent again
  };

  const fetched = async () => {
    const answer = await fetch(words.tasks, { headers: { Accept: "application/json" } });
    if (answer.status === 401 || answer.redirected) {
      // Whoever signed out leaves no names behind; reports wait for their writer.
      list = null;
      await run("lists", "readwrite", (s) => s.delete("mine"));
      note.textContent = words.signin;
      return false;
    }
    if (!answer.ok) return false;
    list = await answer.json();
    note.textContent = list.at;
    await run("lists", "readwrite", (s) => s.put({ ...list, token: "", kept: Date.now() }, "mine"));
    return true;
  };

  let busy = false;
  let again = false; // asked for meanwhile: the connection may have come back just then
  const sync = async () => {
    if (busy) { again = true; return; }
    busy = true;
    again = false;
    try {
      if (!(await fetched())) return;
      const waiting = (await reports()).filter((one) => one.state === "waiting" && one.staff === list.staff);
      for (const report of waiting) await send(report);
      if (waiting.length) await fetched();
    } catch {
      note.textContent = list ? words.offline : words.never;
    } finally {
      busy = false;
      await show();
      if (again) sync();
    }
  };

  const start = async () => {
    try {
      store = await opened();
    } catch {
      note.textContent = words.nostore;
      return;
    }
    for (const old of await reports()) if (old.state === "sent" && old.made < Date.now() - DAY) await drop(old.key);
    const kept = await run("lists", "readonly", (s) => s.get("mine"));
    if (kept && kept.kept > Date.now() - 2 * DAY) list = kept;
    await show();
    navigator.storage?.persist?.();
    if (navigator.serviceWorker) {
      navigator.serviceWorker.addEventListener("message", (event) => {
        if (event.data.kept) main.dataset.kept = "true";
      });
      navigator.serviceWorker.register(words.worker).then(async () => {
        const ready = await navigator.serviceWorker.ready;
        const made = [...document.querySelectorAll("link[rel~=stylesheet], link[rel~=icon], script[src]")].map((part) => part.href || part.src);
        ready.active.postMessage({ keep: [location.href.split(/[?#]/)[0], ...made] });
      });
    }
    await sync();
    addEventListener("online", sync);
    document.addEventListener("visibilitychange", () => { if (!document.hidden) sync(); });
    setInterval(async () => { if ((await reports()).some((one) => one.state === "waiting")) sync(); }, 20000);
  };
  start();
})();
