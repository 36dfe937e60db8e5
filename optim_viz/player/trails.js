// Lines that grow: each is inked once, segment by segment, and only what is new is drawn in a frame.

const cut = { x0: 0, y0: 0, x1: 0, y1: 0, t0: 0, t1: 1 };

/** Clip a segment to a rectangle (Liang and Barsky): a far-away point would cost a million dashes. */
function clip(x0, y0, x1, y1, rect) {
  const dx = x1 - x0, dy = y1 - y0;
  let t0 = 0, t1 = 1;
  const sides = [-dx, x0 - rect.x + 40, dx, rect.x + rect.width + 40 - x0,
    -dy, y0 - rect.y + 40, dy, rect.y + rect.height + 40 - y0];
  for (let k = 0; k < 8; k += 2) {
    const p = sides[k], q = sides[k + 1];
    if (p === 0) { if (q < 0) return false; continue; }
    const t = q / p;
    if (p < 0) t0 = Math.max(t0, t); else t1 = Math.min(t1, t);
  }
  if (t0 > t1) return false;
  cut.x0 = x0 + t0 * dx; cut.y0 = y0 + t0 * dy; cut.x1 = x0 + t1 * dx; cut.y1 = y0 + t1 * dy;
  cut.t0 = t0; cut.t1 = t1;
  return true;
}

export class Trail {
  /** `points(k)` gives the pixel of point k; `look` is {color, dash, marker}. */
  constructor(path, look, rect, xs, ys, { halo = false, dots = false, width = 2.2 } = {}) {
    Object.assign(this, { path, look, rect, xs, ys, halo, dots, width });
    this.count = xs.length;
    this.length = new Float64Array(this.count);
    for (let k = 1; k < this.count; k++) {
      this.length[k] = this.length[k - 1] + Math.hypot(xs[k] - xs[k - 1], ys[k] - ys[k - 1]);
    }
    this.period = look.dash.reduce((sum, part) => sum + part, 0) * (look.dash.length % 2 ? 2 : 1);
    this.inked = 0;
  }

  get last() {
    return this.count - 1;
  }

  x(at) {
    const k = Math.min(Math.floor(at), this.last), next = Math.min(k + 1, this.last);
    return this.xs[k] + (this.xs[next] - this.xs[k]) * (at - k > 1 ? 0 : at - k);
  }

  y(at) {
    const k = Math.min(Math.floor(at), this.last), next = Math.min(k + 1, this.last);
    return this.ys[k] + (this.ys[next] - this.ys[k]) * (at - k > 1 ? 0 : at - k);
  }

  reset() {
    this.inked = 0;
  }

  /** Ink the whole steps up to `step` that are not inked yet. */
  extend(ink, halo, step) {
    const to = Math.min(step, this.last);
    if (to <= this.inked) return;
    if (this.halo) this.stroke(halo, this.inked, to, true);
    this.stroke(ink, this.inked, to, false);
    if (this.dots) this.dot(ink, this.inked, to);
    this.inked = to;
  }

  stroke(context, from, to, halo) {
    let open = false;
    const close = () => { if (open) context.stroke(); open = false; };
    this.pen(context, halo);
    for (let k = Math.floor(from); k < to; k++) {
      const a = Math.max(k, from), b = Math.min(k + 1, to);
      if (!clip(this.x(a), this.y(a), this.x(b), this.y(b), this.rect)) { close(); continue; }
      if (!open || cut.t0 > 0) {
        close();
        const span = this.length[Math.min(k + 1, this.last)] - this.length[k];
        if (this.period && !halo) {
          context.lineDashOffset = (this.length[k] + (a - k + cut.t0 * (b - a)) * span) % this.period;
        }
        context.beginPath();
        context.moveTo(cut.x0, cut.y0);
        open = true;
      }
      context.lineTo(cut.x1, cut.y1);
      if (cut.t1 < 1) close();
    }
    close();
    context.restore();
  }

  pen(context, halo) {
    context.save();
    context.beginPath();
    context.rect(this.rect.x, this.rect.y, this.rect.width, this.rect.height);
    context.clip();
    context.lineJoin = "round";
    context.lineCap = this.period && !halo ? "butt" : "round";
    context.lineWidth = halo ? this.width + 2 : this.width;
    context.strokeStyle = halo ? this.look.halo : this.look.color;
    context.setLineDash(this.period && !halo ? this.look.dash : []);
  }

  dot(context, from, to) {
    context.save();
    context.beginPath();
    context.rect(this.rect.x, this.rect.y, this.rect.width, this.rect.height);
    context.clip();
    context.fillStyle = this.look.color;
    context.beginPath();
    for (let k = from + 1; k <= to; k++) {
      context.moveTo(this.xs[k] + 2.3, this.ys[k]);
      context.arc(this.xs[k], this.ys[k], 2.3, 0, 7);
    }
    context.fill();
    context.restore();
  }
}
