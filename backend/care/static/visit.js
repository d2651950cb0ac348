// Puts the phone's own position into the field; the field can be filled by hand as well.
(() => {
  const button = document.getElementById("here");
  if (!button || !navigator.geolocation) return;
  const field = document.getElementById(button.dataset.into);
  const note = document.getElementById("here-note");
  button.hidden = false;
  button.addEventListener("click", () => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        field.value = `${coords.latitude.toFixed(6)}, ${coords.longitude.toFixed(6)}`;
        note.textContent = "";
      },
      () => { note.textContent = button.dataset.failed; },
      { enableHighAccuracy: true, timeout: 15000 },
    );
  });
})();
