// The one canvas: a still layer (map, axes), a layer of halos, a layer of ink, and on top what moves.
import { Chart } from "./charts.js";
import { paintColorBar, paintField, paintHatch, paintMap } from "./contour.js";
import { Curves, paintGround } from "./film.js";
import { drawCross, drawEdgeArrow, drawMarker } from "./marks.js";
import { linearScale, shortNumber, ticks } from "./scale.js";
import { Trail } from "./trails.js";

const within = ({ x, y, width, height }, px, py) => px >= x && py >= y && px <= x + width && py <= y + height;

export class Painter {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.layers = ["map", "still", "halo", "ink"].map(() => document.createElement("canvas"));
    [this.map, this.still, this.halo, this.ink] = this.layers;
    this.stale = { map: true, still: true, trails: true };
  }

  resize(frame, width, ratio) {
    this.frame = frame;
    this.ratio = ratio;
    for (const layer of [this.canvas, this.still, this.halo, this.ink]) {
      layer.width = Math.round(width * ratio);
      layer.height = Math.round(frame.height * ratio);
    }
    Object.assign(this.stale, { map: true, still: true, trails: true });
  }

  spoil(...names) {
    for (const name of names) this.stale[name] = true;
  }

  pen(layer) {
    const context = layer.getContext("2d");
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    return context;
  }

  wipe(layer) {
    const context = layer.getContext("2d");
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, layer.width, layer.height);
    return this.pen(layer);
  }

  /** Bring the cached layers up to date with the scene and the clock. */
  prepare(scene) {
    const { view, surface, theme } = scene, { plot } = this.frame;
    this.toX = linearScale(view.x0, view.x1, plot.x, plot.x + plot.width);
    this.toY = linearScale(view.y0, view.y1, plot.y + plot.height, plot.y);
    if (this.stale.map && surface.rows) paintMap(this.map, plot, view, surface, theme, this.ratio, scene.moving);
    if (this.stale.trails) this.lay(scene);
    if (this.stale.still || this.stale.map || this.stale.trails) this.paintStill(scene);
    const step = Math.floor(scene.at + 1e-9);
    if (this.stale.trails || this.trails.some((trail) => trail.inked > step)) {
      this.trails.forEach((trail) => trail.reset());
      this.wipe(this.halo);
      this.wipe(this.ink);
    }
    const halo = this.pen(this.halo), ink = this.pen(this.ink);
    for (const trail of this.trails) trail.extend(ink, halo, step);
    Object.assign(this.stale, { map: false, still: false, trails: false });
  }

  lay({ paths, looks, visible, texts }) {
    this.charts = paths.charts.map((chart, k) =>
      new Chart(chart, this.frame.charts[k], paths.steps, looks, visible, texts));
    const few = paths.steps <= 60;
    this.curves = paths.film && new Curves(paths, looks, visible, this.frame.plot, this.toX, this.toY);
    this.walks = this.curves ? [] : paths.series.flatMap((one, k) => (visible(k)
      ? [new Trail(k, looks[k], this.frame.plot, Float64Array.from(one.x, this.toX), Float64Array.from(one.y, this.toY),
        { halo: true, dots: few })] : []));
    this.trails = [...this.walks, ...this.charts.flatMap((chart) => chart.trails)];
  }

  paintStill({ view, surface, theme, texts, field, paths }) {
    const context = this.wipe(this.still), { plot, bar } = this.frame;
    context.save();
    context.beginPath();
    context.rect(plot.x, plot.y, plot.width, plot.height);
    context.clip();
    if (paths.film) paintGround(context, plot, view, this.toX, this.toY, paths.film, theme);
    else this.paintLand(context, plot, surface, theme);
    if (field) paintField(context, plot, this.toX, this.toY, surface, theme);
    const size = surface.minima.length > 6 ? 4 : 7;
    for (const [x, y] of surface.minima) {
      drawMarker(context, "star", this.toX(x), this.toY(y), size, theme.ink, theme.halo, 2);
    }
    context.restore();
    context.strokeStyle = theme.line;
    context.lineWidth = 1;
    context.strokeRect(plot.x - 0.5, plot.y - 0.5, plot.width + 1, plot.height + 1);
    context.font = `12px ${theme.font}`;
    this.paintAxes(context, plot, view, theme, surface);
    if (surface.rows) {
      paintColorBar(context, bar, surface, theme);
      context.fillStyle = theme.text;
      context.font = `italic 13px ${theme.font}`;
      context.textAlign = "center";
      context.textBaseline = "middle";
      context.fillText("f", bar.x + bar.width / 2, plot.y + plot.height + 14);
    }
    this.charts.forEach((chart, k) => chart.paintFrame(context, theme, k === this.charts.length - 1, texts));
  }

  paintLand(context, plot, surface, theme) {
    context.fillStyle = theme.grid;
    context.fillRect(plot.x, plot.y, plot.width, plot.height);
    if (surface.holes) paintHatch(context, plot, theme);
    context.drawImage(this.map, plot.x, plot.y, plot.width, plot.height);
  }

  paintAxes(context, plot, view, theme, surface) {
    const bottom = plot.y + plot.height;
    context.fillStyle = theme.soft;
    context.textAlign = "center";
    context.textBaseline = "top";
    for (const x of ticks(view.x0, view.x1, plot.width / 64)) {
      context.fillRect(Math.round(this.toX(x)), bottom + 1, 1, 4);
      context.fillText(shortNumber(x), this.toX(x), bottom + 8);
    }
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (const y of ticks(view.y0, view.y1, plot.height / 46)) {
      context.fillRect(plot.x - 5, Math.round(this.toY(y)), 4, 1);
      context.fillText(shortNumber(y), plot.x - 8, this.toY(y));
    }
    context.fillStyle = theme.text;
    context.font = `italic 13px ${theme.font}`;
    context.textAlign = "center";
    context.fillText(surface.axes[0], plot.x + plot.width / 2, bottom + 32);
    context.save();
    context.translate(plot.x - (this.frame.narrow ? 40 : 47), plot.y + plot.height / 2);
    context.rotate(surface.axes[1].length > 2 ? -Math.PI / 2 : 0);
    context.fillText(surface.axes[1], 0, 0);
    context.restore();
    context.font = `12px ${theme.font}`;
  }

  /** One frame: the layers, the unfinished last segments, and everything that moves. */
  paint(scene) {
    this.prepare(scene);
    const { context, canvas } = this, at = scene.at, step = Math.floor(at + 1e-9);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    for (const layer of [this.still, this.halo, this.ink]) context.drawImage(layer, 0, 0);
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    for (const trail of this.trails) {
      if (at <= step || step >= trail.last) continue;
      if (trail.halo) trail.stroke(context, step, at, true);
      trail.stroke(context, step, at, false);
    }
    if (this.curves) this.curves.paint(context, at, scene.theme);
    else this.paintStarts(context, scene);
    for (const trail of this.walks) this.paintHead(context, trail, at, scene);
    if (scene.paths.inside) scene.signs.paint(context, { ...this.frame, toX: this.toX, toY: this.toY }, scene);
    for (const chart of this.charts) chart.paintHead(context, at, scene.theme);
    if (scene.found) this.paintFound(context, scene);
  }

  paintStarts(context, { paths, theme, ghost }) {
    const { plot } = this.frame;
    const seen = new Set();
    const ring = (px, py, radius) => {
      if (!within(plot, px, py)) return;
      drawMarker(context, "circle", px, py, radius, theme.background, theme.ink, 1.2);
      drawMarker(context, "circle", px, py, radius / 3, theme.ink, theme.ink, 0.1);
    };
    for (const { x, y } of paths.series) {
      const key = `${x[0]} ${y[0]}`;
      if (seen.has(key)) continue;
      seen.add(key);
      ring(this.toX(x[0]), this.toY(y[0]), 5.5);
    }
    if (ghost) ring(this.toX(ghost.x), this.toY(ghost.y), 7);
  }

  paintHead(context, trail, at, { paths, theme }) {
    const { plot } = this.frame, one = paths.series[trail.path], { look } = trail;
    const end = Math.min(at, trail.last), over = at >= trail.last && one.diverged != null;
    let px = trail.x(end), py = trail.y(end);
    const out = !within(plot, px, py);
    if (out) [px, py] = drawEdgeArrow(context, plot, px, py, look.color, theme.halo);
    if (over) drawCross(context, px, py, 6, look.color, theme.halo);
    else if (!out) drawMarker(context, look.marker, px, py, 6.8, look.color, theme.background, 1.5);
  }

  paintFound(context, { found, theme }) {
    for (const [trail, k] of found.marks) {
      context.beginPath();
      context.arc(trail.xs[k], trail.ys[k], 6.5, 0, 7);
      context.lineWidth = 2;
      context.strokeStyle = theme.ink;
      context.stroke();
    }
  }

  /** The nearest drawn point to (px, py) within reach, on the map or in a chart. */
  nearest(px, py, at, reach = 28) {
    if (this.curves && within(this.frame.plot, px, py)) return this.mark(this.curves.nearest(px, py, at));
    const places = [[this.frame.plot, this.walks], ...this.charts.map((chart) => [chart.rect, chart.trails])];
    const place = places.find(([rect]) => within(rect, px, py));
    let best = null, least = reach * reach;
    for (const trail of place ? place[1] : []) {
      const last = Math.min(Math.floor(at + 1e-9), trail.last);
      for (let k = 0; k <= last; k++) {
        const distance = (trail.xs[k] - px) ** 2 + (trail.ys[k] - py) ** 2;
        if (distance < least && within(place[0], trail.xs[k], trail.ys[k])) {
          least = distance;
          best = { path: trail.path, step: k, px: trail.xs[k], py: trail.ys[k] };
        }
      }
    }
    return this.mark(best);
  }

  /** All places of what was found: its point in each picture. */
  mark(best) {
    if (!best) return null;
    best.marks = this.trails.filter((trail) => trail.path === best.path && best.step <= trail.last
      && within(trail.rect, trail.xs[best.step], trail.ys[best.step])).map((trail) => [trail, best.step]);
    if (best.node != null) best.marks.push([{ xs: [best.px], ys: [best.py] }, 0]);
    return best;
  }
}
