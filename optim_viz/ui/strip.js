// A row of drawings played one by one. Runs in one scope with the player's modules: Clock, Controls, make.
const RAISED = /([_^])\{([^{}]*)\}/;
const WIDEST = 1.35, NARROWEST = 0.7; // how far a drawing may grow and shrink before it scrolls

/** A clock that shows each frame for the same time, however many there are. */
class Beat extends Clock {
  pace = 1;

  tick(seconds) {
    if (!this.playing) return;
    this.at += (seconds * this.speed) / this.pace;
    if (this.at < this.steps || (this.loop && this.at < this.steps + 1)) return;
    this.at = this.loop ? 0 : this.steps;
    this.playing = this.loop;
  }
}

/** x_{1} and x^{2} as letters below and above the line. */
function rich(text) {
  const parts = text.split(RAISED);
  return parts.flatMap((part, k) =>
    k % 3 === 1 || part === "" ? [] : k % 3 === 0 ? [part] : [make(parts[k - 1] === "_" ? "sub" : "sup", {}, part)]);
}

class Strip {
  constructor(host, css) {
    Object.assign(this, { host, frames: [], clock: new Beat(), onScreen: true, painted: 0, heard: 0, turn: 0 });
    const act = (change) => (...values) => { change(...values); this.redraw(); };
    const { clock } = this, none = () => {};
    this.actions = {
      play: act(() => clock.toggle()), back: act(() => clock.move(-1)), forward: act(() => clock.move(1)),
      move: act((steps) => clock.move(steps)), restart: act(() => clock.goTo(0)),
      scrub: act((step) => { clock.playing = false; clock.goTo(step - 1); }), // people count from 1
      speed: act((speed) => { clock.speed = speed; }), loop: act(() => { clock.loop = !clock.loop; }),
      fullscreen: () => (this.fullscreenOn() ? document.exitFullscreen() : this.root.requestFullscreen()).catch(none),
      field: none, zoom_in: none, zoom_out: none, zoom_reset: none, save_png: none, toggle: none, solo: none,
    };
    this.controls = new Controls(this.actions);
    for (const name of ["field", "zoom_in", "zoom_out", "zoom_reset", "save_png"]) this.controls[name].hidden = true;
    this.controls.scrub.min = 1;
    this.drawing = make("div", { class: "drawing", tabindex: "0", role: "img" });
    this.longest = make("p", { class: "longest", "aria-hidden": "true" });
    this.caption = make("p", { class: "said", "aria-live": "off" });
    const words = make("div", { class: "words" }, this.longest, this.caption);
    this.root = make("div", { class: "optim-viz strip" }, this.drawing, words, this.controls.bar);
    this.root.strip = this.readings();
    this.root.addEventListener("keydown", (event) => this.key(event));
    host.append(make("style", {}, css), this.root);
    this.watch();
  }

  /** Read-only, for tests and measurements. */
  readings() {
    const { clock } = this, now = (read) => ({ get: read, enumerable: true });
    return Object.defineProperties({}, {
      step: now(() => clock.step), steps: now(() => clock.steps), playing: now(() => clock.playing),
      painted: now(() => this.painted),
    });
  }

  watch() {
    this.sizes = new ResizeObserver(() => {
      this.root.classList.toggle("narrow", this.root.clientWidth < NARROW * (rootSize() / 16));
      if (this.painted && this.typed !== rootSize()) { this.fresh = true; this.redraw(); } // other type, other size
    });
    this.sizes.observe(this.root);
    this.sights = new IntersectionObserver((seen) => { this.onScreen = seen.at(-1).isIntersecting; this.redraw(); });
    this.sights.observe(this.root);
    this.stops = new AbortController();
    const { signal } = this.stops;
    document.addEventListener("visibilitychange", () => { this.then = null; this.redraw(); }, { signal });
    document.addEventListener("fullscreenchange", () => { this.fresh = true; this.redraw(); }, { signal });
    window.addEventListener("beforeprint", () => this.print(true), { signal });
    window.addEventListener("afterprint", () => this.print(false), { signal });
  }

  destroy() {
    this.sizes.disconnect();
    this.sights.disconnect();
    this.stops.abort();
    cancelAnimationFrame(this.asked);
    clearTimeout(this.telling);
    this.host.replaceChildren();
    this.turn += 1; // frames still being unpacked come too late
    delete this.host.strip;
  }

  async take(data, onStep) {
    const turn = (this.turn += 1);
    const plain = new Blob([data.slice()]).stream().pipeThrough(new DecompressionStream("deflate"));
    const told = await new Response(plain).json();
    if (turn === this.turn) this.update(told, onStep);
  }

  /** New frames: the place stays, and a strip that plays plays on; what was only added is played. */
  update({ frames, words, pace, listen }, onStep) {
    const first = !this.painted, many = frames.length > 1, { clock } = this, { at } = clock;
    const added = frames.length > this.frames.length && this.frames.every(([picture], k) => picture === frames[k][0]);
    Object.assign(this, { frames, onStep: listen ? onStep : null, fresh: true });
    clock.pace = pace;
    clock.resize(frames.length - 1);
    if (first) this.open();
    else if (added && !this.still()) { clock.goTo(at); clock.playing = true; }
    this.controls.label({ ...WORDS, ...words }, frames.length);
    this.controls.bar.hidden = !many;
    const longest = frames.reduce((most, { 1: said }) => (said.length > most.length ? said : most), "");
    this.longest.replaceChildren(...rich(longest)); // holds the place, so that nothing below it jumps
    this.draw();
    this.redraw();
  }

  open() {
    const still = this.still();
    this.clock.goTo(still ? this.clock.steps : 0);
    this.clock.playing = !still && this.clock.steps > 0;
  }

  still() {
    return matchMedia("(prefers-reduced-motion: reduce)").matches;
  }

  /** On paper: the last frame; then the one before. */
  print(begin) {
    const { clock } = this;
    if (begin) { this.place = [clock.at, clock.playing]; clock.goTo(clock.steps); clock.playing = false; }
    else if (this.place) [clock.at, clock.playing] = this.place;
    if (this.frames.length) this.draw();
    this.redraw();
  }

  redraw() {
    if (this.frames.length && !this.asked) this.asked = requestAnimationFrame((now) => this.tick(now));
  }

  tick(now) {
    this.asked = 0;
    const running = this.clock.playing && this.onScreen && !document.hidden;
    if (running) this.clock.tick(this.then ? Math.min(now - this.then, 100) / 1000 : 0);
    this.then = running ? now : null;
    this.draw();
    if (running) this.redraw();
  }

  draw() {
    const { clock, frames, controls } = this, step = Math.min(clock.step, clock.steps), count = frames.length;
    controls.show({ step: step + 1, steps: count, shown: clock.steps ? (count * step) / clock.steps : count,
      playing: clock.playing, loop: clock.loop, speed: clock.speed }, [], performance.now());
    const live = clock.playing ? "off" : "polite"; // nobody can listen to all of them
    if (this.caption.getAttribute("aria-live") !== live) this.caption.setAttribute("aria-live", live);
    this.tell(step);
    if (step === this.shown && !this.fresh) return;
    const { fresh } = this;
    this.shown = step;
    this.fresh = false;
    const [picture, said] = frames[step];
    this.drawing.innerHTML = picture;
    this.drawing.setAttribute("aria-label", said.replace(/[_^]\{([^{}]*)\}/g, "$1"));
    this.caption.replaceChildren(...rich(said));
    this.fit();
    this.painted += 1;
    if (!fresh) return;
    performance.clearMarks("optim-viz-painted");
    performance.mark("optim-viz-painted"); // new drawings are on the page: for measurements, as the player says it
  }

  /** As large as there is room; where it has to scroll, what matters now is in sight. */
  fit() {
    const picture = this.drawing.firstElementChild, { width } = picture.viewBox.baseVal;
    const large = (this.typed = rootSize()) / 16;
    picture.style.maxWidth = this.fullscreenOn() ? "none" : `${WIDEST * large * width}px`;
    picture.style.minWidth = `${NARROWEST * large * width}px`;
    const { clientWidth, scrollWidth } = this.drawing, look = Number(picture.dataset.look);
    if (picture.dataset.look && scrollWidth > clientWidth) {
      this.drawing.scrollLeft = (look / width) * scrollWidth - clientWidth / 2;
    }
  }

  /** Tell the page which frame is on show, where it listens: soon when it rests, now and then while it plays. */
  tell(step) {
    if (!this.onStep || step === this.heard) return;
    clearTimeout(this.telling);
    const wait = (this.toldAt ?? -Infinity) + (this.clock.playing ? 400 : 120) - performance.now();
    if (wait > 0) { this.telling = setTimeout(() => this.draw(), wait); return; }
    this.heard = step;
    this.toldAt = performance.now();
    this.onStep(step);
  }

  fullscreenOn() {
    return this.root.matches(":fullscreen");
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || this.frames.length < 2) return;
    const tag = event.target.tagName;
    if (tag === "SELECT" || (tag === "BUTTON" && (event.key === " " || event.key === "Enter"))) return;
    const { actions } = this, many = event.shiftKey ? 10 : 1;
    const act = {
      " ": actions.play, ArrowRight: () => actions.move(many), ArrowLeft: () => actions.move(-many),
      Home: () => actions.scrub(1), End: () => actions.scrub(Infinity), l: actions.loop, f: actions.fullscreen,
    }[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }
}

function mount(host, css, data, onStep) {
  host.strip ??= new Strip(host, css);
  host.strip.take(data, onStep);
}
