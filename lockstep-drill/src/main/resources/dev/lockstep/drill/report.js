(() => {
  const svg = document.querySelector("#timeline"), out = document.querySelector("#readout"), hair = svg.querySelector("#hair");
  const [left, right, length, bucket] = ["left", "right", "length", "bucket"].map(k => Number(svg.dataset[k]));
  const series = [...svg.querySelectorAll("[data-reads]")].map(g => ({ name: g.dataset.name,
    rows: ["reads", "writes", "failed", "violations"].map(k => g.dataset[k].split(",").map(Number)) }));
  const lanes = [...svg.querySelectorAll("[data-lane]")];
  svg.addEventListener("mousemove", e => {
    const box = svg.getBoundingClientRect(), x = (e.clientX - box.left) * svg.viewBox.baseVal.width / box.width;
    if (x < left || x > right) return;
    const t = (x - left) / (right - left) * length, i = Math.floor(t / bucket);
    hair.setAttribute("x1", x); hair.setAttribute("x2", x); hair.style.display = "";
    const roles = lanes.filter(l => t >= l.dataset.from && t < l.dataset.to).map(l => l.dataset.lane).join(", ");
    out.textContent = (t / 1000).toFixed(2) + " s · " + roles + series.map(s => { const [r, w, f, v] = s.rows.map(a => a[i] || 0);
      return " · " + s.name + ": " + Math.round((r + w) * 1000 / bucket) + " calls/s" + (f ? ", " + f + " failed" : "") + (v ? ", " + v + " broken promises" : ""); }).join("");
  });
  svg.addEventListener("mouseleave", () => { hair.style.display = "none"; });
})();
