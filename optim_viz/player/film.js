// Curves over data points, one frame per step: what a film shows instead of paths on a map.
import { drawMarker } from "./marks.js";
import { exactNumber, fillIn, stepText, ticks } from "./scale.js";

/** What stays: lines to read by, and the data points. */
export function paintGround(context, plot, view, toX, toY, { points, classes, colors, markers }, theme) {
  context.fillStyle = theme.grid;
  for (const x of ticks(view.x0, view.x1, plot.width / 64)) context.fillRect(Math.round(toX(x)), plot.y, 1, plot.height);
  for (const y of ticks(view.y0, view.y1, plot.height / 46)) context.fillRect(plot.x, Math.round(toY(y)), plot.width, 1);
  const radius = points.length > 600 ? 2.2 : 3.6;
  for (let k = 0; k < points.length / 2; k++) {
    const own = classes?.[k], x = toX(points[2 * k]), y = toY(points[2 * k + 1]);
    if (own == null) drawMarker(context, "circle", x, y, radius, theme.soft, theme.background, 0.6);
    else drawMarker(context, markers[own], x, y, radius + 1.4, colors[own], theme.background, 1);
  }
}

export class Curves {
  constructor({ film, series }, looks, visible, rect, toX, toY) {
    Object.assign(this, { film, looks, rect, toY });
    this.xs = Float64Array.from(film.x, toX);
    this.ys = new Float64Array(film.n);
    this.shown = series.map((_, k) => k).filter(visible);
  }

  /** Value of curve k at node j; between two frames, between their values. */
  value(k, j, at) {
    const { n, frames, y } = this.film, step = Math.min(Math.floor(at + 1e-9), frames - 1);
    const here = (k * frames + step) * n + j, next = step + 1 < frames ? y[here + n] : NaN;
    return Number.isFinite(next) ? y[here] + (next - y[here]) * Math.max(at - step, 0) : y[here];
  }

  paint(context, at, theme) {
    const { rect } = this;
    context.save();
    context.beginPath();
    context.rect(rect.x, rect.y, rect.width, rect.height);
    context.clip();
    context.lineJoin = "round";
    for (const k of this.shown) this.paintCurve(context, k, at, theme);
    context.restore();
  }

  paintCurve(context, k, at, theme) {
    const { xs, ys, rect, film: { n }, looks: { [k]: look, length: many } } = this;
    for (let j = 0; j < n; j++) { // a curve that runs away is cut off just outside the picture
      ys[j] = Math.min(Math.max(this.toY(this.value(k, j, at)), rect.y - 1e4), rect.y + rect.height + 1e4);
    }
    for (const [style, width, dash] of [[look.halo, 5, []], [look.color, 2.6, look.dash]]) {
      context.strokeStyle = style;
      context.lineWidth = width;
      context.setLineDash(dash);
      context.beginPath();
      for (let j = 0, open = false; j < n; j++) {
        if (Number.isFinite(ys[j])) context[open ? "lineTo" : "moveTo"](xs[j], ys[j]);
        open = Number.isFinite(ys[j]);
      }
      context.stroke();
    }
    context.setLineDash([]);
    const j = Math.round(((k + 0.6) / (many + 0.2)) * (n - 1)); // each marker at a place of its own
    if (Number.isFinite(ys[j])) drawMarker(context, look.marker, xs[j], ys[j], 6.2, look.color, theme.background, 1.5);
  }

  /** The nearest node of a drawn curve to (px, py) within reach. */
  nearest(px, py, at, reach = 28) {
    let best = null, least = reach * reach;
    for (const k of this.shown) {
      for (let j = 0; j < this.film.n; j++) {
        const y = this.toY(this.value(k, j, at)), distance = (this.xs[j] - px) ** 2 + (y - py) ** 2;
        if (distance < least) {
          least = distance;
          best = { path: k, step: Math.floor(at + 1e-9), node: j, px: this.xs[j], py: y };
        }
      }
    }
    return best;
  }
}

/** What is told of a curve at one of its nodes, or of its loss at a step. */
export function tellCurve({ path, step, node }, { film, series }, axes, texts) {
  const one = series[path], { x, y, n, frames } = film;
  const lines = [fillIn(texts.point, { name: one.name, n: stepText(step, texts) })];
  if (node != null) {
    lines.push(`${axes[0]} = ${exactNumber(x[node])}`, `${axes[1]} = ${exactNumber(y[(path * frames + step) * n + node])}`);
  }
  if (step < one.count) lines.push(`${texts.film_loss} = ${exactNumber(one.value[step])}`);
  return lines;
}
