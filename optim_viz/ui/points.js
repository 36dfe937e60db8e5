// A board of points: strokes are sent when they end, a point that is moved on its way too; what comes back is drawn
// unless a newer stroke is on its way.
const WIDE = 320, TALL = 260, ROOM = 10, NEAR = 12, APART = 15, SCATTER = 5;
const REACH = 26, PAUSE = 70, WAIT = 600; // px a finger may miss by; ms between two words of a moving point
const SHAPES = ["M5 0A5 5 0 1 1-5 0A5 5 0 1 1 5 0Z", "M-4.5-4.5H4.5V4.5H-4.5Z", "M0-6.3 6.3 0 0 6.3-6.3 0Z", "M0-6 5.6 4.5H-5.6Z"];

class Board {
  constructor(host) {
    Object.assign(this, { points: [], before: [], tool: 0, stroke: null, sent: null, cursor: [0.5, 0.5], held: null });
    Object.assign(this, { wide: WIDE, tall: TALL });
    this.tools = make("div", { class: "tools", role: "group" });
    this.lines = make("g");
    this.fits = make("g");
    this.marks = make("g");
    this.cross = make("path", { class: "cross", d: "M-9 0H9M0-9V9", fill: "none" });
    this.sheet = make("svg", { class: "sheet", viewBox: `0 0 ${WIDE} ${TALL}`, tabindex: 0, role: "application" },
      this.lines, this.fits, this.marks, this.cross);
    this.count = make("div", { class: "count", role: "status" });
    this.names = make("div", { class: "names" });
    host.append(make("div", { class: "board" }, this.tools, this.sheet, this.names, this.count));
    new ResizeObserver(() => this.resize()).observe(this.sheet);
    const on = (type, act) => this.sheet.addEventListener(type, act);
    on("pointerdown", (event) => this.press(event));
    on("pointermove", (event) => this.stroke && this.drag(this.where(event)));
    on("blur", () => this.drop());
    on("pointerup", () => this.finish());
    on("pointercancel", () => this.finish());
    on("contextmenu", (event) => event.preventDefault());
    on("keydown", (event) => this.key(event));
  }

  update(text, send) {
    this.send = send;
    if (text === this.text) return;
    const data = JSON.parse(text), fresh = JSON.stringify(data.points);
    this.text = text;
    const known = this.data && JSON.stringify([this.data.words, this.data.classes]) === JSON.stringify([data.words, data.classes]);
    if (!this.data && data.move) this.begin(data);
    this.data = data;
    if (!known) this.label();
    if (this.sent && (this.sent.text === fresh || performance.now() - this.sent.at > 3000)) this.sent = null;
    if (!this.stroke && !this.sent) this.points = data.points;
    this.resize();
    this.draw();
  }

  /** A board to move points on: the cross waits at the last of them. */
  begin({ points, x, y }) {
    this.tool = "move";
    const last = points.at(-1);
    if (last) this.cursor = [(last[0] - x[0]) / (x[1] - x[0]), (last[1] - y[0]) / (y[1] - y[0])];
  }

  /** A board of a given height is as wide as its place, in pixels; another one grows and shrinks as a picture. */
  resize() {
    const tall = this.data?.height, wide = tall ? Math.round(this.sheet.clientWidth) : WIDE;
    if (!wide || (wide === this.wide && (tall ?? TALL) === this.tall)) return;
    Object.assign(this, { wide, tall: tall ?? TALL });
    this.sheet.setAttribute("viewBox", `0 0 ${wide} ${this.tall}`);
    this.draw();
  }

  label() {
    const { words, classes, colors } = this.data;
    const button = (name, act, ...inside) => {
      const one = make("button", { type: "button", "data-tool": name }, ...inside);
      one.addEventListener("click", act);
      return one;
    };
    const pick = (tool) => () => { this.tool = tool; this.draw(); };
    this.sheet.setAttribute("aria-label", words.board);
    const move = this.data.move ? [button("move", pick("move"), words.move)] : [];
    this.tools.replaceChildren(
      ...move, ...classes.map((letter, k) => {
        const mark = make("svg", { viewBox: "-7 -7 14 14", "aria-hidden": "true" }, make("path", { d: SHAPES[k], fill: colors[k] }));
        const name = this.data.names?.[k], one = button(k, pick(k), mark, name ?? (classes.length > 1 ? letter : ""));
        one.setAttribute("aria-label", name ?? words.class.replace("{name}", letter));
        return one;
      }),
      button("erase", pick("erase"), words.erase), button("undo", () => this.undo(), words.undo),
      button("clear", () => this.change([]), words.clear));
  }

  draw() {
    const { data: { x, y, colors, words, most }, points, tool } = this;
    for (const one of this.tools.children) {
      if (["undo", "clear"].includes(one.dataset.tool)) one.disabled = !(one.dataset.tool === "undo" ? this.before : points).length;
      else one.setAttribute("aria-pressed", String(one.dataset.tool === String(tool)));
    }
    const [left, bottom] = this.place([x[0], y[0]]), [right, top] = this.place([x[1], y[1]]);
    const axis = (low, high, at) => (low < 0 && high > 0 ? [at] : []);
    const lines = [...axis(...x, [this.place([0, y[0]])[0], bottom, this.place([0, y[0]])[0], top]),
      ...axis(...y, [left, this.place([x[0], 0])[1], right, this.place([x[0], 0])[1]])];
    const note = (at, anchor, text) => make("text", { x: at[0], y: at[1], "text-anchor": anchor }, text);
    for (const share of this.data.height ? [0.2, 0.4, 0.6, 0.8] : []) {
      const [px, py] = [left + share * (right - left), bottom + share * (top - bottom)];
      lines.push([px, bottom, px, top], [left, py, right, py]);
    }
    this.lines.replaceChildren(
      ...lines.map(([x1, y1, x2, y2]) => make("line", { x1, y1, x2, y2, class: "line" })),
      note([left, bottom + 5], "start", `x ${x[0]}`), note([right, bottom + 5], "end", x[1]),
      note([left, top + 8], "start", `y ${y[1]}`), note([left, bottom - 14], "start", y[0]));
    this.marks.replaceChildren(...points.map((point, k) => {
      const [px, py] = this.place(point), held = k === (this.stroke?.moved ?? this.held);
      return make("path", { class: held ? "mark held" : "mark", d: SHAPES[point[2]], fill: colors[point[2]],
        transform: `translate(${px} ${py})${held ? " scale(1.5)" : ""}` });
    }));
    this.fit();
    const [px, py] = this.place(this.inside(this.cursor));
    this.cross.setAttribute("transform", `translate(${px} ${py})`);
    this.count.textContent = (points.length < most ? words.count : words.full).replace("{n}", points.length);
  }

  /** Lines through the points, each with its name below the board. */
  fit() {
    const lines = this.data.lines ?? [];
    const look = ({ color, dash }) => ({ stroke: color, "stroke-width": 2.5, "stroke-dasharray": dash, fill: "none" });
    this.fits.replaceChildren(...lines.map((one) =>
      make("polyline", { ...look(one), points: one.points.map((point) => this.place(point).join()).join(" ") })));
    this.names.replaceChildren(...lines.map((one) => make("span", {},
      make("svg", { viewBox: "0 0 30 8", "aria-hidden": "true" }, make("path", { ...look(one), d: "M0 4H30" })), one.name)));
  }

  place([a, b]) {
    const { data: { x, y }, wide, tall } = this;
    return [ROOM + ((a - x[0]) / (x[1] - x[0])) * (wide - 2 * ROOM), tall - ROOM - ((b - y[0]) / (y[1] - y[0])) * (tall - 2 * ROOM)];
  }

  /** From shares of the board to numbers with as many digits as a hand can place. */
  inside([u, v]) {
    const { x, y } = this.data;
    return [[x, u], [y, v]].map(([[low, high], share]) => {
      const step = 10 ** Math.floor(Math.log10((high - low) / 100));
      const near = Math.round((low + Math.min(1, Math.max(0, share)) * (high - low)) / step) * step;
      return Number(Math.min(high, Math.max(low, near)).toPrecision(4));
    });
  }

  where(event) {
    const box = this.sheet.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * this.wide, ((event.clientY - box.top) / box.height) * this.tall];
  }

  share([px, py]) {
    return [(px - ROOM) / (this.wide - 2 * ROOM), (this.tall - ROOM - py) / (this.tall - 2 * ROOM)];
  }

  press(event) {
    if (event.button > 2 || this.stroke) return;
    this.sheet.setPointerCapture(event.pointerId);
    const at = this.where(event), erase = this.tool === "erase" || event.button === 2 || event.shiftKey;
    const moved = this.tool === "move" && !erase ? this.nearest(at, (REACH * this.wide) / this.sheet.clientWidth) : undefined;
    if (moved === -1) return;
    this.held = null;
    this.stroke = { was: this.points, last: null, erase, moved };
    this.drag(at);
  }

  drag(at) {
    const { stroke } = this;
    if (stroke.moved !== undefined) {
      this.cursor = this.share(at);
      this.shift(stroke.moved);
    } else if (stroke.erase) this.points = this.without(at);
    else if (!stroke.last || Math.hypot(at[0] - stroke.last[0], at[1] - stroke.last[1]) > APART) {
      const off = stroke.last ? SCATTER : 0, shift = () => (Math.random() * 2 - 1) * off;
      this.points = this.with(this.share([at[0] + shift(), at[1] + shift()]));
      stroke.last = at;
    } else return;
    this.draw();
  }

  /** The number of the point next to a place, -1 where none is within reach. */
  nearest(at, reach = Infinity) {
    const far = this.points.map((point) => this.place(point)).map(([px, py]) => Math.hypot(px - at[0], py - at[1]));
    const least = Math.min(...far);
    return least <= reach ? far.indexOf(least) : -1;
  }

  /** Point number k goes to the cross; the page is told now and then, as soon as it has answered. */
  shift(k) {
    this.points = this.moved(k);
    const since = this.sent ? performance.now() - this.sent.at : Infinity;
    if (since > WAIT || (!this.sent && performance.now() - (this.told ?? 0) > PAUSE)) this.tell(this.points);
  }

  moved(k) {
    return this.points.map((point, n) => (n === k ? [...this.inside(this.cursor), point[2]] : point));
  }

  /** By keyboard: take the point next to the cross, or leave the one that was taken. */
  take() {
    if (this.held !== null || !this.points.length) { this.drop(); return; }
    this.held = this.nearest(this.place(this.inside(this.cursor)));
    const { x, y } = this.data, [a, b] = this.points[this.held];
    this.cursor = [(a - x[0]) / (x[1] - x[0]), (b - y[0]) / (y[1] - y[0])];
    this.from = this.points;
  }

  carry() {
    if (this.from) this.before.push(this.from);
    this.from = null;
    this.tell(this.moved(this.held));
  }

  drop() {
    this.held = null;
    if (this.data) this.draw();
  }

  with(share) {
    if (this.points.length >= this.data.most) return this.points;
    return [...this.points, [...this.inside(share), typeof this.tool === "number" ? this.tool : 0]];
  }

  without(at) {
    return this.points.filter((point) => {
      const [px, py] = this.place(point);
      return Math.hypot(px - at[0], py - at[1]) > NEAR;
    });
  }

  finish() {
    if (!this.stroke) return;
    const { was, moved } = this.stroke, now = this.points;
    this.stroke = null;
    if (moved !== undefined) {
      this.before.push(was);
      this.tell(now);
      return;
    }
    this.points = was;
    this.change(now);
  }

  change(points) {
    if (points.length === this.points.length) { this.draw(); return; }
    this.before.push(this.points);
    this.tell(points);
  }

  undo() {
    if (this.before.length) this.tell(this.before.pop());
  }

  tell(points) {
    this.points = points;
    this.told = performance.now();
    this.sent = { text: JSON.stringify(points), at: this.told };
    this.draw();
    this.send(points);
  }

  key(event) {
    const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    const step = event.shiftKey ? 0.01 : 0.05, letter = event.key.toLowerCase();
    if (move) {
      this.cursor = this.cursor.map((share, k) => Math.min(1, Math.max(0, share + move[k] * step)));
      if (this.held !== null) this.carry();
    } else if (event.key === "Enter" || event.key === " ") {
      if (this.tool === "move") this.take();
      else this.change(this.with(this.cursor));
    } else if (event.key === "Escape") this.drop();
    else if (event.key === "Delete" || event.key === "Backspace") {
      this.held = null;
      this.change(this.without(this.place(this.inside(this.cursor))));
    } else if (letter === "z") {
      this.held = null;
      this.undo();
    } else if (letter === "m" && this.data.move) this.tool = "move";
    else if (this.data.classes.includes(letter)) this.tool = this.data.classes.indexOf(letter);
    else return;
    event.preventDefault();
    event.stopPropagation();
    this.draw();
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  parentElement.board ??= new Board(parentElement);
  parentElement.board.update(written(data), (points) => setTriggerValue("points", points));
}
