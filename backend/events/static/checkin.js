// Scanning at the door, where the browser can read codes itself (BarcodeDetector); elsewhere the page works by name.
(() => {
  const box = document.getElementById("scanner");
  if (!box || !("BarcodeDetector" in window) || !navigator.mediaDevices) return;
  const camera = document.getElementById("camera");
  const start = document.getElementById("scan");
  const stop = document.getElementById("stop");
  const said = document.getElementById("scanned");
  const PAUSE = 2500; // the same code is not read again while its answer is being looked at
  let stream = null;
  let last = "";
  let lastAt = 0;

  const show = (tone, words) => {
    said.className = `alert alert-${tone}`;
    said.textContent = words;
    said.hidden = false;
  };

  const send = async (code) => {
    const body = new URLSearchParams({ scanned: code, csrf_token: box.dataset.token });
    try {
      const answer = await fetch(box.dataset.url, { method: "POST", body, headers: { Accept: "application/json" } });
      const told = await answer.json();
      show(told.tone || "danger", told.words || told.error || box.dataset.failed);
      if (told.here !== undefined) document.getElementById("here-count").textContent = told.here;
      if (navigator.vibrate) navigator.vibrate(told.tone === "success" ? 80 : [80, 60, 80]);
    } catch {
      show("danger", box.dataset.failed);
      last = "";
    }
  };

  const look = async (detector) => {
    if (!stream) return;
    const codes = await detector.detect(camera).catch(() => []);
    const code = codes.length ? codes[0].rawValue : "";
    if (code && (code !== last || performance.now() - lastAt > PAUSE)) {
      last = code;
      lastAt = performance.now();
      await send(code);
    }
    window.setTimeout(() => look(detector), 150);
  };

  const end = () => {
    if (stream) stream.getTracks().forEach((track) => track.stop());
    stream = null;
    camera.hidden = stop.hidden = true;
    start.hidden = false;
  };

  start.addEventListener("click", async () => {
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      camera.srcObject = stream;
      camera.hidden = stop.hidden = false;
      start.hidden = true;
      await camera.play();
      look(new window.BarcodeDetector({ formats: ["qr_code"] }));
    } catch {
      end();
      show("warning", box.dataset.denied);
    }
  });
  stop.addEventListener("click", end);
  box.hidden = false;
})();
