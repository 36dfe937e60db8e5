// One player: state, its pieces, and what happens when.
import { actionsOf, readingsOf } from "./actions.js";
import { Signs } from "./arrows.js";
import { Camera } from "./camera.js";
import { Clock } from "./clock.js";
import { Controls, make } from "./controls.js";
import { tellCurve } from "./film.js";
import { Painter } from "./painter.js";
import { readTheme, rootSize } from "./palette.js";
import { Pointer } from "./pointer.js";
import { exactNumber, fillIn, stepText } from "./scale.js";
import { layout, NARROW } from "./view.js";

export class Player {
  constructor(host, texts, css) {
    this.words = texts;
    this.clock = new Clock();
    this.hidden = new Set();
    this.painted = this.heard = 0;
    this.frames = [];
    this.onScreen = true;
    this.actions = actionsOf(this);
    this.controls = new Controls(this.actions);
    this.signs = new Signs(() => this.redraw());
    this.canvas = make("canvas", { tabindex: "0", role: "img" });
    this.handle = make("div", { class: "handle", hidden: "" });
    const { legend, bar, live, tip } = this.controls;
    this.stage = make("div", { class: "stage" }, this.canvas, this.handle, tip);
    this.root = make("div", { class: "optim-viz" }, this.stage, legend, bar, this.signs.root, live);
    this.root.player = readingsOf(this);
    host.append(make("style", {}, css), this.root);
    this.host = host;
    this.painter = new Painter(this.canvas);
    this.camera = new Camera(this.painter, this.stage, () => { this.forget(); this.redraw(); });
    this.pointer = new Pointer(this.stage, this.root, this);
    this.watch();
  }

  watch() {
    this.sizes = new ResizeObserver(() => this.resize());
    this.sizes.observe(this.root);
    this.sights = new IntersectionObserver((entries) => { this.onScreen = entries.at(-1).isIntersecting; this.redraw(); });
    this.sights.observe(this.root);
    this.stops = new AbortController();
    const { signal } = this.stops;
    document.addEventListener("visibilitychange", () => { this.then = null; this.redraw(); }, { signal });
    document.addEventListener("fullscreenchange", () => this.resize(), { signal });
    window.addEventListener("resize", () => this.resize(), { signal });
    window.addEventListener("beforeprint", () => this.print(true), { signal });
    window.addEventListener("afterprint", () => this.print(false), { signal });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.dress(), { signal });
  }

  destroy() {
    this.sizes.disconnect();
    this.sights.disconnect();
    this.stops.abort();
    cancelAnimationFrame(this.asked);
    clearTimeout(this.resting);
    clearTimeout(this.telling);
    this.host.replaceChildren();
    this.ready = false;
  }

  /** New paths with the surface they belong to; the place, zoom, speed and hidden paths stay. */
  update(paths, surface) {
    const first = !this.ready, before = this.surface;
    this.surface = surface;
    this.paths = paths;
    this.texts = { ...this.words, ...surface.texts, ...paths.texts, unit: paths.unit, marks: paths.marks };
    this.camera.adopt(surface);
    if (before !== surface) this.camera.show(true);
    this.painter.spoil("trails");
    this.sent = null;
    this.forget();
    this.clock.resize(paths.steps);
    if (first) this.open(paths);
    this.ready = true;
    this.controls.label(this.texts, paths.series.length);
    this.canvas.setAttribute("aria-label", this.controls.picture);
    this.handle.title = this.texts.start;
    this.showField();
    const shape = JSON.stringify([paths.charts.length, paths.height, paths.equal, paths.series.map((one) => one.name)]);
    if (JSON.stringify(this.seen()) !== this.themeKey) this.dress();
    else this.list();
    if (shape !== this.shape || this.camera.domain !== this.laid) this.resize();
    this.shape = shape;
    this.laid = this.camera.domain;
    this.fresh = true;
    this.draw(); // data that comes between two frames is on the canvas when the next one begins
    this.redraw();
    this.rest();
  }

  open(paths) {
    this.field = paths.field;
    this.clock.loop = paths.loop;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches || !paths.autoplay;
    this.clock.goTo(still ? paths.steps : 0);
    this.clock.playing = !still && paths.steps > 0;
  }

  seen() {
    return readTheme(this.root, this.printing);
  }

  dress() {
    this.theme = this.seen();
    this.themeKey = JSON.stringify(this.theme);
    this.root.classList.toggle("dark", this.theme.dark);
    if (!this.ready) return;
    this.list();
    this.painter.spoil("map", "still", "trails");
    this.redraw();
  }

  /** On paper: the last frame, on white; then everything as it was. */
  print(begin) {
    const { clock } = this;
    if (begin) { this.place = [clock.at, clock.playing]; clock.goTo(clock.steps); clock.playing = false; }
    else if (this.place) [clock.at, clock.playing] = this.place;
    this.printing = begin;
    this.dress();
    this.draw(); // at once: paper waits for no frame
    this.redraw();
  }

  list() {
    this.looks = this.paths.series.map((one) => ({
      color: this.theme.dark ? one.dark : one.light, dash: one.dash, marker: one.marker, halo: this.theme.halo,
    }));
    this.controls.list(this.paths.series, this.looks, this.hidden);
    this.signs.list(this.paths.inside, this.theme);
  }

  resize() {
    if (!this.ready) return;
    if (this.root.clientWidth < 60) return;
    if (JSON.stringify(this.seen()) !== this.themeKey) this.dress(); // the page may have changed its looks with its size
    const unit = (this.unit = rootSize() / 16), ratio = Math.min(window.devicePixelRatio || 1, 3) * unit;
    const full = this.fullscreenOn(), { charts, height, equal } = this.paths, plain = Boolean(this.paths.film);
    const { legend, bar } = this.controls, inner = (this.root.clientWidth - (full ? 48 : 0)) / unit;
    this.root.classList.toggle("narrow", inner < NARROW);
    const room = (window.innerHeight - bar.offsetHeight - (full ? 56 : 10 * rootSize())) / unit;
    const tall = full ? room : unit > 1 ? Math.max(Math.min(height, room), 280) : height;
    const aspect = equal ? (this.camera.view.home.x1 - this.camera.view.home.x0) / (this.camera.view.home.y1 - this.camera.view.home.y0) : 0;
    let frame = layout(inner, tall, charts.length, 0, aspect, plain);
    this.root.classList.toggle("side", frame.side);
    if (frame.side) {
      legend.style.left = `${frame.column.x * unit + (full ? 24 : 0)}px`;
      legend.style.width = `${frame.column.width * unit}px`;
      frame = layout(inner, tall, charts.length, legend.offsetHeight / unit, aspect, plain);
    } else legend.style.left = legend.style.width = "";
    const size = JSON.stringify([frame, inner, ratio]);
    if (size === this.size) return;
    this.size = size;
    this.frame = frame;
    this.canvas.style.width = `${inner * unit}px`;
    this.canvas.style.height = `${frame.height * unit}px`;
    this.painter.resize(frame, inner, ratio);
    this.draw();
  }

  redraw() {
    if (this.ready && !this.asked) this.asked = requestAnimationFrame((now) => this.tick(now));
  }

  tick(now) {
    this.asked = 0;
    const { clock } = this, running = clock.playing && this.onScreen && !document.hidden;
    if (running) clock.tick(this.then ? Math.min(now - this.then, 100) / 1000 : 0);
    this.then = running ? now : null;
    this.draw();
    if (running) { this.frames.push(now); this.redraw(); } else this.frames.length = 0;
    if (running && !clock.playing) this.rest();
    while (this.frames.length && now - this.frames[0] > 1000) this.frames.shift();
  }

  draw() {
    if (!this.ready || !this.frame) return;
    if (this.paths.film && this.pointed) this.hover(this.pointed); // the curve moves away under a resting pointer
    const { surface, theme, paths, looks, texts, field, found, camera: { view, moving } } = this;
    this.painter.paint({ view, surface, theme, paths, looks, texts, field, found, moving, at: this.clock.shown, signs: this.signs,
      visible: (k) => !this.hidden.has(this.id(k)), ghost: this.held ?? this.sent });
    this.controls.show(this.clock, paths.series, performance.now());
    this.placeHandle();
    this.tell();
    if (!this.fresh) return;
    this.fresh = false;
    this.painted += 1;
    performance.clearMarks("optim-viz-painted");
    performance.mark("optim-viz-painted");
  }

  placeHandle() {
    const { start } = this.paths;
    const px = start && this.painter.toX(start[0]), py = start && this.painter.toY(start[1]);
    this.handle.hidden = !this.onStart || !start || !this.camera.inPlot(px, py);
    if (!this.handle.hidden) this.handle.style.transform = `translate(${(px - 20) * this.unit}px, ${(py - 20) * this.unit}px)`;
  }

  /** Tell the page the update the play head is in, where it listens: soon when it rests, now and then while it plays. */
  tell() {
    const t = Math.ceil(this.clock.shown - 1e-9);
    const early = this.clock.playing && !this.paths.listen;
    if (!this.onStep || early || t === this.heard) return;
    clearTimeout(this.telling);
    const wait = (this.toldAt ?? -Infinity) + (this.clock.playing ? 400 : 120) - performance.now();
    if (wait > 0) { this.telling = setTimeout(() => this.tell(), wait); return; }
    this.heard = t;
    this.toldAt = performance.now();
    this.onStep(t);
  }

  /** Speak when the picture rests, never while it plays. */
  rest() {
    clearTimeout(this.resting);
    if (this.ready && !this.clock.playing) {
      this.resting = setTimeout(() => this.controls.say(this.clock, this.paths.series, this.hidden), 400);
    }
  }

  id(k) {
    return this.paths.series[k].id;
  }

  hide(how, k) {
    const ids = this.paths.series.map((one) => one.id), id = ids[k];
    const alone = ids.every((other) => (other === id) !== this.hidden.has(other));
    if (how === "solo") ids.forEach((other) => this.hidden[alone || other === id ? "delete" : "add"](other));
    else this.hidden[how === "hide" ? "add" : "delete"](id);
    this.list();
    this.painter.spoil("trails");
  }

  showField() {
    this.controls.field.setAttribute("aria-pressed", String(Boolean(this.field)));
    this.controls.field.hidden = !this.surface.field;
  }

  fullscreenOn() {
    return this.root.matches(":fullscreen");
  }

  chartAt(px, py) {
    return this.painter.charts.find(({ rect: { x, y, width, height } }) =>
      px >= x && py >= y && px <= x + width && py <= y + height);
  }

  scrubChart(chart, px) {
    this.actions.scrub(Math.round(chart.toX.invert(px)));
  }

  nearStart(px, py) {
    const { start } = this.paths;
    return Boolean(this.onStart && start
      && Math.hypot(this.painter.toX(start[0]) - px, this.painter.toY(start[1]) - py) < 18);
  }

  ghost(at) {
    this.held = at && this.onStart ? this.camera.point(at) : null;
    this.hover(null);
    this.redraw();
  }

  sendStart(at) {
    this.held = null;
    if (!this.onStart || !this.camera.inPlot(at.px, at.py)) { this.redraw(); return; }
    this.sent = this.camera.point(at);
    this.onStart(this.sent);
    this.redraw();
  }

  forget() {
    this.found = null;
    this.controls.tell(null);
  }

  hover(at) {
    this.pointed = at;
    const found = at && this.ready ? this.painter.nearest(at.px, at.py, this.clock.shown) : null;
    if (!found && !this.found) return;
    const moved = found?.path !== this.found?.path || found?.step !== this.found?.step;
    this.found = found;
    this.controls.tell(found && this.describe(found), found?.px * this.unit, found?.py * this.unit, this.stage.clientWidth);
    if (moved) this.redraw();
  }

  describe({ path, step, node }) {
    if (this.paths.film) return tellCurve({ path, step, node }, this.paths, this.surface.axes, this.texts);
    const one = this.paths.series[path], { texts } = this, gap = this.paths.floor;
    const lines = [fillIn(texts.point, { name: one.name, n: stepText(step, texts) }),
      `${this.surface.axes[0]} = ${exactNumber(one.x[step])}`, `${this.surface.axes[1]} = ${exactNumber(one.y[step])}`,
      `f = ${exactNumber(one.value[step] + (gap ?? 0))}`];
    if (gap) lines.push(`${texts.gap} = ${exactNumber(one.value[step])}`);
    if (one.diverged != null && step === one.count - 1) lines.push(fillIn(texts.diverged, { n: stepText(one.diverged, texts) }));
    return lines;
  }
}
