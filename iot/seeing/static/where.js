// Safe areas and the last place on the map, where its tiles lie on the server. A tap adds a corner to the form.
(() => {
  const box = document.getElementById("where-map");
  if (!box || !window.L) return;
  const drawn = JSON.parse(box.dataset.drawn);
  const map = L.map(box, { attributionControl: false });
  L.tileLayer(`${box.dataset.tiles}/{z}/{x}/{y}`, { maxZoom: 20 }).addTo(map);
  // A circle knows its size only on a map that looks at something.
  const first = drawn.shapes[0];
  const start = drawn.places[0] || (first && (first.at || first.corners[0]));
  if (start) map.setView([start[0], start[1]], 16);
  else if (drawn.middle) map.setView([drawn.middle[0], drawn.middle[1]], drawn.middle[2]);
  else map.setView([35, 105], 4);
  const all = L.featureGroup().addTo(map);
  for (const shape of drawn.shapes) {
    if (shape.radius) L.circle(shape.at, { radius: shape.radius, className: "sketch-area" }).addTo(all);
    else L.polygon(shape.corners, { className: "sketch-area" }).addTo(all);
  }
  if (drawn.places.length) {
    const [latitude, longitude, error] = drawn.places[0];
    L.polyline(drawn.places.map(([a, b]) => [a, b]), { className: "sketch-path" }).addTo(all);
    L.circle([latitude, longitude], { radius: error, className: "sketch-error" }).addTo(all);
    L.circleMarker([latitude, longitude], { radius: 7, className: "sketch-here" }).addTo(all);
  }
  if (all.getLayers().length) map.fitBounds(all.getBounds().pad(0.2), { maxZoom: 18 });

  const corners = document.getElementById("corners");
  if (!corners) return;
  let shape = null;
  const redraw = () => {
    if (shape) shape.remove();
    const points = corners.value.split("\n").map((line) => line.split(",").map(Number)).filter((p) => p.length === 2 && p.every(Number.isFinite));
    shape = points.length ? L.polygon(points, { className: "sketch-area" }).addTo(map) : null;
  };
  map.on("click", (event) => {
    const line = `${event.latlng.lat.toFixed(6)}, ${event.latlng.lng.toFixed(6)}`;
    corners.value = corners.value.trim() ? `${corners.value.trim()}\n${line}` : line;
    redraw();
  });
  corners.addEventListener("input", redraw);
})();
