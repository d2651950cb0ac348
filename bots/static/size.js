// Larger print, remembered on this device; runs before the first paint.
(() => {
  const root = document.documentElement;
  const kept = () => { try { return localStorage.getItem("linli.large") === "1"; } catch (e) { return false; } };
  root.classList.toggle("large", kept());
  document.addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("size");
    if (!button) return;
    button.setAttribute("aria-pressed", String(root.classList.contains("large")));
    button.addEventListener("click", () => {
      const large = root.classList.toggle("large");
      button.setAttribute("aria-pressed", String(large));
      window.dispatchEvent(new Event("resize"));
      try { localStorage.setItem("linli.large", large ? "1" : "0"); } catch (e) { /* private browsing: for this visit only */ }
    });
  });
})();
