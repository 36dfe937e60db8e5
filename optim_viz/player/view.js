// What part of the plane is seen, and where everything stands.

export const NARROW = 640;

/** Rectangles (CSS pixels) for a stage of this width; charts may be none. */
export function layout(width, height, charts, legend, aspect, plain = false) {
  const narrow = width < NARROW;
  const side = charts && !narrow;
  const whole = side ? Math.round(Math.max(width - 560, Math.min(width * 0.6, width - 300))) : width;
  const right = (bar) => (plain ? 14 : bar); // a plain picture has no color bar
  const margin = narrow ? { left: 46, right: right(54), top: 8, bottom: 42 } : { left: 54, right: right(66), top: 10, bottom: 42 };
  const plot = { x: margin.left, y: margin.top, width: whole - margin.left - margin.right,
    height: (narrow ? Math.min(whole * 0.92, height) : height) - margin.top - margin.bottom };
  const mapBottom = plot.y + plot.height + margin.bottom;
  if (aspect) {
    const wanted = Math.min(plot.width, plot.height * aspect);
    const tall = Math.min(plot.height, plot.width / aspect);
    plot.x += (plot.width - wanted) / 2;
    plot.y += (plot.height - tall) / 2;
    plot.width = wanted;
    plot.height = tall;
  }
  for (const key of ["x", "y", "width", "height"]) plot[key] = Math.round(plot[key]);
  const bar = { x: plot.x + plot.width + (narrow ? 8 : 14), y: plot.y, width: 11, height: plot.height };
  const column = { x: side ? whole + 6 : 0, width: side ? width - whole - 6 : width };
  const top = side ? legend + 34 : mapBottom + 26;
  const bottom = side ? height : mapBottom + (charts ? 26 + charts * 190 : 0);
  const each = charts ? (bottom - top - 42 - (charts - 1) * 32) / charts : 0;
  const rects = Array.from({ length: charts }, (_, k) => ({
    x: column.x + (narrow ? 46 : 58), y: Math.round(top + k * (each + 32)), width: column.width - (narrow ? 46 + 10 : 58 + 14), height: Math.round(each),
  }));
  return { narrow, plot, bar, column, charts: rects, height: side ? height : Math.max(bottom, mapBottom), side };
}

export class View {
  constructor({ x, y }) {
    this.home = { x0: x[0], x1: x[1], y0: y[0], y1: y[1] };
    this.reset();
  }

  reset() {
    Object.assign(this, this.home);
  }

  get zoom() {
    return this.moved ? (this.home.x1 - this.home.x0) / (this.x1 - this.x0) : 1;
  }

  get moved() {
    return ["x0", "x1", "y0", "y1"].some((side) => this[side] !== this.home[side]);
  }

  /** Zoom by `factor`, keeping the point (x, y) where it is on the screen. */
  scaleAt(factor, x = (this.x0 + this.x1) / 2, y = (this.y0 + this.y1) / 2) {
    const now = (this.home.x1 - this.home.x0) / (this.x1 - this.x0);
    const by = Math.min(Math.max(now * factor, 0.1), 1e4) / now;
    this.x0 = x + (this.x0 - x) / by;
    this.x1 = x + (this.x1 - x) / by;
    this.y0 = y + (this.y0 - y) / by;
    this.y1 = y + (this.y1 - y) / by;
    if (Math.abs(now * by - 1) < 1e-6 && Math.abs(this.x0 - this.home.x0) < 1e-6 * (this.x1 - this.x0)) this.reset();
  }

  shift(dx, dy) {
    this.x0 += dx; this.x1 += dx; this.y0 += dy; this.y1 += dy;
  }
}
