// Looking around on the map: zoom, pan, and which point of the plane is under a pixel.
import { View } from "./view.js";

export class Camera {
  constructor(painter, stage, changed) {
    Object.assign(this, { painter, stage, changed, view: null, moving: false });
  }

  /** Another surface on the same domain keeps the zoom; another domain is shown whole. */
  adopt(surface) {
    const domain = JSON.stringify([surface.x, surface.y]);
    if (domain === this.domain) return;
    this.domain = domain;
    this.view = new View(surface);
  }

  get plot() {
    return this.painter.frame.plot;
  }

  inPlot(px, py) {
    const { x, y, width, height } = this.plot;
    return px >= x && py >= y && px <= x + width && py <= y + height;
  }

  point({ px, py }) {
    return { x: this.painter.toX.invert(px), y: this.painter.toY.invert(py) };
  }

  pan(dx, dy) {
    const { view, plot } = this;
    view.shift((-dx * (view.x1 - view.x0)) / plot.width, (dy * (view.y1 - view.y0)) / plot.height);
    this.show(true);
  }

  zoomBy(factor, at) {
    const { view, plot } = this;
    const x = at && view.x0 + ((at.px - plot.x) / plot.width) * (view.x1 - view.x0);
    const y = at && view.y1 - ((at.py - plot.y) / plot.height) * (view.y1 - view.y0);
    view.scaleAt(factor, x, y);
    this.show(Boolean(at));
  }

  reset() {
    this.view.reset();
    this.show(false);
  }

  /** A moving map is painted coarsely, and finely as soon as it rests. */
  show(moving) {
    this.moving = moving;
    clearTimeout(this.settling);
    if (moving) this.settling = setTimeout(() => this.settle(), 120);
    this.stage.classList.toggle("zoomed", this.view.moved);
    this.painter.spoil("map", "still", "trails");
    this.changed();
  }

  settle() {
    clearTimeout(this.settling);
    this.moving = false;
    this.painter.spoil("map");
    this.changed();
  }
}
