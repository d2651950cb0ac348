// Small comforts of every page: keys for lists (j, k, Enter, /), the phone's menu button, one press per form.
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

  const menu = document.querySelector(".menu-button");
  if (menu) menu.addEventListener("click", () => {
    const open = document.getElementById("menu").classList.toggle("open");
    menu.setAttribute("aria-expanded", String(open));
  });

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
