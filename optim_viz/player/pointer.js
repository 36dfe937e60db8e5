// Mouse, pen and fingers: hover, a new start, pan, wheel and pinch; and the keyboard.

const CLICK = 5; // pixels a click may wander

export class Pointer {
  constructor(stage, root, player) {
    Object.assign(this, { stage, root, player, down: new Map(), drag: null });
    const on = (element, type, act, options) => element.addEventListener(type, act, options);
    on(stage, "pointerdown", (event) => this.press(event));
    on(stage, "pointermove", (event) => this.move(event));
    on(stage, "pointerup", (event) => this.release(event, true));
    on(stage, "pointercancel", (event) => this.release(event, false));
    on(stage, "pointerleave", () => player.hover(null));
    on(stage, "wheel", (event) => this.wheel(event), { passive: false });
    on(root, "keydown", (event) => this.key(event));
  }

  where(event) {
    const box = this.stage.getBoundingClientRect(), { unit } = this.player;
    return { px: (event.clientX - box.left) / unit, py: (event.clientY - box.top) / unit };
  }

  press(event) {
    if (event.button !== 0) return;
    const { player } = this, at = this.where(event);
    this.down.set(event.pointerId, at);
    if (this.down.size === 2) { this.drag = { kind: "pinch" }; player.ghost(null); return; }
    const chart = player.chartAt(at.px, at.py);
    const kind = chart ? "scrub" : player.nearStart(at.px, at.py) ? "start"
      : !player.camera.inPlot(at.px, at.py) ? null : player.camera.view.moved ? "pan" : "place";
    if (!kind) return;
    this.drag = { kind, from: at, last: at, moved: false, chart, touch: event.pointerType === "touch" };
    if (kind === "scrub" && !this.drag.touch) player.scrubChart(chart, at.px);
    if (kind === "start" || !this.drag.touch) this.stage.setPointerCapture(event.pointerId);
  }

  move(event) {
    const { player, drag } = this, at = this.where(event);
    if (!drag || !this.down.has(event.pointerId)) { player.hover(at); return; }
    if (drag.kind === "pinch") { this.pinch(event.pointerId, at); return; }
    drag.moved ||= Math.hypot(at.px - drag.from.px, at.py - drag.from.py) > CLICK;
    if (drag.kind === "scrub") player.scrubChart(drag.chart, at.px);
    if (drag.kind === "pan" && drag.moved) player.camera.pan(at.px - drag.last.px, at.py - drag.last.py);
    if (drag.moved && (drag.kind === "start" || (drag.kind === "place" && !drag.touch))) player.ghost(at);
    drag.last = at;
    this.down.set(event.pointerId, at);
  }

  pinch(id, at) {
    const before = [...this.down.values()];
    this.down.set(id, at);
    const after = [...this.down.values()];
    if (after.length < 2) return;
    const span = ([a, b]) => Math.hypot(a.px - b.px, a.py - b.py) || 1;
    const middle = ([a, b]) => ({ px: (a.px + b.px) / 2, py: (a.py + b.py) / 2 });
    const was = middle(before), is = middle(after);
    this.player.camera.pan(is.px - was.px, is.py - was.py);
    this.player.camera.zoomBy(span(after) / span(before), is);
  }

  release(event, done) {
    const { player, drag } = this, at = this.where(event);
    this.down.delete(event.pointerId);
    if (!drag) return;
    if (drag.kind === "pinch") { if (!this.down.size) this.drag = null; return; }
    this.drag = null;
    if (!done) { player.ghost(null); return; }
    if (drag.kind === "pan" && drag.moved) { player.camera.settle(); return; }
    if (drag.kind === "scrub") { player.scrubChart(drag.chart, at.px); return; }
    if (drag.touch && drag.moved && drag.kind !== "start") return;
    player.sendStart(at);
  }

  wheel(event) {
    const focused = this.root.getRootNode().activeElement === this.player.canvas;
    const at = this.where(event);
    if (!(event.ctrlKey || event.metaKey || focused) || !this.player.camera.inPlot(at.px, at.py)) return;
    event.preventDefault();
    const pixels = event.deltaMode === 1 ? event.deltaY * 16 : event.deltaY;
    this.player.camera.zoomBy(Math.exp(-Math.max(-120, Math.min(120, pixels)) * (event.ctrlKey ? 0.008 : 0.003)), at);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const tag = event.target.tagName;
    if (tag === "SELECT" || (tag === "BUTTON" && (event.key === " " || event.key === "Enter"))) return;
    const { actions } = this.player, many = event.shiftKey ? 10 : 1;
    const act = {
      " ": actions.play, ArrowRight: () => actions.move(many), ArrowLeft: () => actions.move(-many),
      Home: () => actions.scrub(0), End: () => actions.scrub(Infinity),
      "+": actions.zoom_in, "=": actions.zoom_in, "-": actions.zoom_out, 0: actions.zoom_reset,
      l: actions.loop, f: actions.fullscreen,
    }[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }
}
