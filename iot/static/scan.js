// Reading a device's sticker with the camera where the browser can read codes itself (BarcodeDetector). Elsewhere a photo is sent, or it is typed.
(() => {
  const box = document.getElementById("scanner");
  if (!box || !("BarcodeDetector" in window) || !navigator.mediaDevices) return;
  const camera = document.getElementById("camera");
  const start = document.getElementById("scan");
  const stop = document.getElementById("stop");
  const said = document.getElementById("scanned");
  const code = document.querySelector("input[name=code]");
  const detector = new window.BarcodeDetector({ formats: ["qr_code", "data_matrix", "code_128"] });
  let stream = null;

  const tell = (words) => {
    said.className = "alert alert-warning";
    said.textContent = words;
    said.hidden = false;
  };

  const end = () => {
    if (stream) stream.getTracks().forEach((track) => track.stop());
    stream = null;
    camera.hidden = stop.hidden = true;
    start.hidden = false;
  };

  const take = (text) => {
    end();
    code.value = text;
    if (navigator.vibrate) navigator.vibrate(80);
    code.form.submit();
  };

  const look = async () => {
    if (!stream) return;
    const codes = await detector.detect(camera).catch(() => []);
    if (codes.length) take(codes[0].rawValue);
    else window.setTimeout(look, 150);
  };

  start.addEventListener("click", async () => {
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      camera.srcObject = stream;
      camera.hidden = stop.hidden = false;
      start.hidden = true;
      await camera.play();
      look();
    } catch {
      end();
      tell(box.dataset.denied);
    }
  });
  stop.addEventListener("click", end);
  box.hidden = false;
})();
