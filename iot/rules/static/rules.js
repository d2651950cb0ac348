// A tap on a name puts it where the condition is being written; an example takes the place of an empty condition.
(() => {
  let writing = document.getElementById("condition");
  for (const name of ["condition", "clear"]) {
    const field = document.getElementById(name);
    if (field) field.addEventListener("focus", () => { writing = field; });
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-insert]");
    if (!button || !writing) return;
    const text = button.dataset.insert;
    const whole = button.dataset.whole !== undefined && !writing.value.trim();
    const from = whole ? 0 : writing.selectionStart, to = whole ? writing.value.length : writing.selectionEnd;
    const gap = from > 0 && !/[\s(!]$/.test(writing.value.slice(0, from)) ? " " : "";
    writing.setRangeText(gap + text, from, to, "end");
    writing.focus();
  });
})();
