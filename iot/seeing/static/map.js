// Devices on a plan or on the map. Their list, and a form with numbers, stand below: this is for the eye and the finger.
(() => {
  const box = document.getElementById("device-map");
  if (!box || !window.L) return;
  const { picture, width, height, plan, place, token } = box.dataset;
  const flat = Boolean(picture);
  const map = L.map(box, {
    crs: flat ? L.CRS.Simple : L.CRS.EPSG3857,
    minZoom: flat ? -4 : 2,
    maxZoom: flat ? 3 : 20,
    zoomSnap: 0.25,
    attributionControl: false,
  });
  const w = Number(width), h = Number(height);
  const toLatLng = (p) => flat ? L.latLng(h * (1 - p.y), w * p.x) : L.latLng(p.y, p.x);
  const toPart = (at) => flat ? { x: at.lng / w, y: 1 - at.lat / h } : { x: at.lng, y: at.lat };
  const points = () => JSON.parse(document.getElementById("device-points").dataset.points);

  if (flat) {
    const bounds = [[0, 0], [h, w]];
    L.imageOverlay(picture, bounds).addTo(map);
    map.fitBounds(bounds);
  } else {
    L.tileLayer(`${box.dataset.tiles}/{z}/{x}/{y}`, { maxZoom: 20 }).addTo(map);
    const known = points(), middle = JSON.parse(box.dataset.middle);
    if (known.length) map.fitBounds(L.latLngBounds(known.map(toLatLng)).pad(0.3), { maxZoom: 17 });
    else if (middle) map.setView([middle[0], middle[1]], middle[2]);
    else map.setView([35, 105], 4);
  }

  const layer = L.layerGroup().addTo(map);
  let dragging = false;
  const save = async (id, part) => {
    const scale = flat ? 100 : 1;
    const body = new URLSearchParams({ csrf_token: token, device: id, x: part.x * scale, y: part.y * scale });
    if (plan) body.set("plan", plan);
    const answer = await fetch(place, { method: "POST", body, headers: { "X-Live": "1" } });
    if (!answer.ok) window.alert(box.dataset.failed);
    return answer.ok;
  };

  const draw = () => {
    if (dragging) return;
    layer.clearLayers();
    for (const point of points()) {
      const pin = L.marker(toLatLng(point), {
        icon: L.divIcon({ className: `map-pin map-pin-${point.tone}`, iconSize: [28, 28] }),
        title: `${point.name}: ${point.state}`,
        alt: `${point.name}: ${point.state}`,
        draggable: Boolean(place),
        keyboard: true,
        zIndexOffset: point.tone === "urgent" ? 1000 : 0,
      }).addTo(layer);
      const words = document.createElement("a");
      words.href = point.url;
      words.textContent = `${point.name}: ${point.state}`;
      pin.bindPopup(words);
      pin.on("dragstart", () => { dragging = true; });
      pin.on("dragend", async () => {
        const kept = await save(point.id, toPart(pin.getLatLng()));
        dragging = false;
        if (!kept) draw();
        else document.getElementById("device-points").dataset.points = JSON.stringify(
          points().map((p) => p.id === point.id ? { ...p, ...toPart(pin.getLatLng()) } : p));
      });
    }
  };
  draw();
  // The page keeps itself up to date by putting a fresh element in the place of this one.
  new MutationObserver(draw).observe(document.getElementById("device-points").parentElement, { childList: true });

  const form = place && document.querySelector(`form[action="${place}"]`);
  if (form) {
    map.on("click", (event) => {
      const part = toPart(event.latlng), scale = flat ? 100 : 1;
      form.elements.x.value = (part.x * scale).toFixed(flat ? 2 : 6);
      form.elements.y.value = (part.y * scale).toFixed(flat ? 2 : 6);
      if (form.elements.device.value) form.requestSubmit();
      else form.elements.device.focus();
    });
  }
})();
