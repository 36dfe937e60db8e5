// A board of points: strokes are sent when they end; what comes back is drawn unless a newer stroke is on its way.
const WIDE = 320, TALL = 260, ROOM = 10, NEAR = 12, APART = 15, SCATTER = 5;
const SHAPES = ["M5 0A5 5 0 1 1-5 0A5 5 0 1 1 5 0Z", "M-4.5-4.5H4.5V4.5H-4.5Z", "M0-6.3 6.3 0 0 6.3-6.3 0Z", "M0-6 5.6 4.5H-5.6Z"];
const SVG = "http://www.w3.org/2000/svg";

function make(tag, attributes = {}, ...children) {
  const element = /^(svg|path|line|text|g)$/.test(tag) ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

class Board {
  constructor(host) {
    Object.assign(this, { points: [], before: [], tool: 0, stroke: null, sent: null, cursor: [0.5, 0.5] });
    this.tools = make("div", { class: "tools", role: "group" });
    this.lines = make("g");
    this.marks = make("g");
    this.cross = make("path", { class: "cross", d: "M-9 0H9M0-9V9", fill: "none" });
    this.sheet = make("svg", { class: "sheet", viewBox: `0 0 ${WIDE} ${TALL}`, tabindex: 0, role: "application" },
      this.lines, this.marks, this.cross);
    this.count = make("div", { class: "count", role: "status" });
    host.append(make("div", { class: "board" }, this.tools, this.sheet, this.count));
    const on = (type, act) => this.sheet.addEventListener(type, act);
    on("pointerdown", (event) => this.press(event));
    on("pointermove", (event) => this.stroke && this.drag(this.where(event)));
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
    this.data = data;
    if (!known) this.label();
    const waiting = this.stroke || (this.sent && this.sent.text !== fresh && performance.now() - this.sent.at < 3000);
    if (!waiting) { this.points = data.points; this.sent = null; }
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
    this.tools.replaceChildren(
      ...classes.map((letter, k) => {
        const mark = make("svg", { viewBox: "-7 -7 14 14", "aria-hidden": "true" }, make("path", { d: SHAPES[k], fill: colors[k] }));
        const one = button(k, pick(k), mark, classes.length > 1 ? letter : "");
        one.setAttribute("aria-label", words.class.replace("{name}", letter));
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
    this.lines.replaceChildren(
      ...lines.map(([x1, y1, x2, y2]) => make("line", { x1, y1, x2, y2, class: "line" })),
      note([left, bottom + 5], "start", `x ${x[0]}`), note([right, bottom + 5], "end", x[1]),
      note([left, top + 8], "start", `y ${y[1]}`), note([left, bottom - 14], "start", y[0]));
    this.marks.replaceChildren(...points.map((point) => {
      const [px, py] = this.place(point);
      return make("path", { class: "mark", d: SHAPES[point[2]], fill: colors[point[2]], transform: `translate(${px} ${py})` });
    }));
    const [px, py] = this.place(this.inside(this.cursor));
    this.cross.setAttribute("transform", `translate(${px} ${py})`);
    this.count.textContent = (points.length < most ? words.count : words.full).replace("{n}", points.length);
  }

  place([a, b]) {
    const { x, y } = this.data;
    return [ROOM + ((a - x[0]) / (x[1] - x[0])) * (WIDE - 2 * ROOM), TALL - ROOM - ((b - y[0]) / (y[1] - y[0])) * (TALL - 2 * ROOM)];
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
    return [((event.clientX - box.left) / box.width) * WIDE, ((event.clientY - box.top) / box.height) * TALL];
  }

  share([px, py]) {
    return [(px - ROOM) / (WIDE - 2 * ROOM), (TALL - ROOM - py) / (TALL - 2 * ROOM)];
  }

  press(event) {
    if (event.button > 2 || this.stroke) return;
    this.sheet.setPointerCapture(event.pointerId);
    this.stroke = { was: this.points, last: null, erase: this.tool === "erase" || event.button === 2 || event.shiftKey };
    this.drag(this.where(event));
  }

  drag(at) {
    const { stroke } = this;
    if (stroke.erase) this.points = this.without(at);
    else if (!stroke.last || Math.hypot(at[0] - stroke.last[0], at[1] - stroke.last[1]) > APART) {
      const off = stroke.last ? SCATTER : 0, shift = () => (Math.random() * 2 - 1) * off;
      this.points = this.with(this.share([at[0] + shift(), at[1] + shift()]));
      stroke.last = at;
    } else return;
    this.draw();
  }

  with(share) {
    if (this.points.length >= this.data.most) return this.points;
    return [...this.points, [...this.inside(share), this.tool === "erase" ? 0 : this.tool]];
  }

  without(at) {
    return this.points.filter((point) => {
      const [px, py] = this.place(point);
      return Math.hypot(px - at[0], py - at[1]) > NEAR;
    });
  }

  finish() {
    if (!this.stroke) return;
    const { was } = this.stroke, now = this.points;
    this.stroke = null;
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
    this.sent = { text: JSON.stringify(points), at: performance.now() };
    this.draw();
    this.send(points);
  }

  key(event) {
    const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    const step = event.shiftKey ? 0.01 : 0.05, letter = event.key.toLowerCase();
    if (move) this.cursor = this.cursor.map((share, k) => Math.min(1, Math.max(0, share + move[k] * step)));
    else if (event.key === "Enter" || event.key === " ") this.change(this.with(this.cursor));
    else if (event.key === "Delete" || event.key === "Backspace") this.change(this.without(this.place(this.inside(this.cursor))));
    else if (letter === "z") this.undo();
    else if (this.data.classes.includes(letter)) this.tool = this.data.classes.indexOf(letter);
    else return;
    event.preventDefault();
    event.stopPropagation();
    this.draw();
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  parentElement.board ??= new Board(parentElement);
  parentElement.board.update(data, (points) => setTriggerValue("points", points));
}
