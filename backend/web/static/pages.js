// Small comforts of every page: keys for lists (j, k, Enter, /), the menu, one press per form.
(() => {
  const rows = () => [...document.querySelectorAll("[data-list] tbody tr, [data-list] > li")];

  const move = (step) => {
    const all = rows();
    if (!all.length) return;
    const at = all.indexOf(document.activeElement.closest("[data-list] tr, [data-list] > li"));
    const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + step, 0), all.length - 1)];
    next.setAttribute("tabindex", "-1");
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "Escape" && typing) typing.blur();
    if (typing) return;
    if (event.key === "/") {
      const box = document.getElementById("search");
      if (box) { event.preventDefault(); box.focus(); box.select(); }
    } else if (event.key === "j" || event.key === "k") {
      event.preventDefault();
      move(event.key === "j" ? 1 : -1);
    } else if (event.key === "Enter" && event.target.matches("[data-list] tr, [data-list] > li")) {
      const link = event.target.querySelector("a[href]");
      if (link) link.click();
    }
  });

  for (const chosen of document.querySelectorAll(".chips [aria-current]")) {
    const line = chosen.closest(".chips");
    if (line.scrollWidth > line.clientWidth) line.scrollLeft = chosen.offsetLeft - line.offsetLeft - 24;
  }

  const button = document.querySelector(".menu-button");
  const menu = document.getElementById("menu");
  if (button && menu) {
    const show = (open) => {
      menu.classList.toggle("open", open);
      button.setAttribute("aria-expanded", String(open));
    };
    button.addEventListener("click", () => show(!menu.classList.contains("open")));
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.classList.contains("open")) return;
      show(false);
      button.focus();
    });
    // Where she is stands in sight, also at the end of a long menu in a low window; the page itself stays where it is.
    const here = menu.querySelector("[aria-current]");
    if (here) menu.scrollTop = here.offsetTop - menu.clientHeight / 2;
    // A group that somebody closed stays closed on the next pages, save where she is.
    const groups = [...menu.querySelectorAll("details")];
    let closed = [];
    try { closed = JSON.parse(localStorage.getItem("menu-closed") || "[]"); } catch { /* a browser that keeps nothing */ }
    for (const group of groups) {
      if (closed.includes(group.dataset.group) && !group.querySelector("[aria-current]")) group.open = false;
      group.addEventListener("toggle", () => {
        const now = groups.filter((one) => !one.open).map((one) => one.dataset.group);
        try { localStorage.setItem("menu-closed", JSON.stringify(now)); } catch { /* open again on the next page */ }
      });
    }
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || form.dataset.repeatable !== undefined) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    window.setTimeout(() => delete form.dataset.sent, 4000);
  });

  const wrong = document.querySelector("[aria-invalid=true]");
  if (wrong) wrong.focus();
})();
