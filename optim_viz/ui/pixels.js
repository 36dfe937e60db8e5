// A picture of gray values 0..9: strokes are sent when they end; what comes back is drawn unless a newer one is on its way.
const INK = 9, GRAY = 5, CELL = 10;
const PALE = 0.45; // of the ink under a number, so that it can be read
const PAUSE = 150; // milliseconds without a key after which the picture is sent
const KEEP = 3000; // milliseconds a stroke waits for its answer

/** Rows of digits as one list of values, row by row; what is missing is 0. */
function read(text, side) {
  const rows = text.split(" ").filter(Boolean);
  return Array.from({ length: side * side }, (_, k) => Number((rows[Math.floor(k / side)] ?? "")[k % side] ?? 0));
}

function write(values, side) {
  const rows = Array.from({ length: side }, (_, y) => values.slice(y * side, (y + 1) * side).join("").replace(/0+$/, "") || "0");
  while (rows.at(-1) === "0") rows.pop();
  return rows.join(" ");
}

class Board {
  constructor(host) {
    Object.assign(this, { values: [], before: [], tool: "dark", stroke: null, sent: null, at: [0, 0] });
    this.tools = make("div", { class: "tools", role: "group" });
    this.cells = make("g");
    this.frame = make("rect", { class: "frame", width: CELL, height: CELL });
    this.sheet = make("svg", { class: "sheet", tabindex: 0, role: "application" }, this.cells, this.frame);
    this.note = make("div", { class: "note", role: "status" });
    host.append(make("div", { class: "pixels" }, this.tools, this.sheet, this.note));
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
    const data = JSON.parse(text), known = this.data;
    Object.assign(this, { text, data });
    if (known?.side !== data.side) this.lay();
    if (JSON.stringify(known?.words) !== JSON.stringify(data.words)) this.label();
    const waiting = this.stroke || (this.sent && this.sent.text !== data.pixels && performance.now() - this.sent.at < KEEP);
    if (!waiting) { this.values = read(data.pixels, data.side); this.sent = null; }
    this.draw();
  }

  lay() {
    const { side } = this.data;
    Object.assign(this, { before: [], sent: null, at: [side >> 1, side >> 1] });
    this.sheet.setAttribute("viewBox", `-1 -1 ${side * CELL + 2} ${side * CELL + 2}`);
    const place = (k) => [(k % side) * CELL, Math.floor(k / side) * CELL];
    this.squares = Array.from({ length: side * side }, (_, k) => {
      const [x, y] = place(k);
      return make("rect", { class: "cell", x, y, width: CELL, height: CELL });
    });
    this.figures = this.squares.map((_, k) => {
      const [x, y] = place(k);
      return make("text", { x: x + CELL / 2, y: y + CELL / 2 });
    });
    this.cells.replaceChildren(...this.squares, ...(this.data.numbers ? this.figures : []));
  }

  label() {
    const { words } = this.data;
    this.sheet.setAttribute("aria-label", words.board);
    const button = (name, act) => {
      const one = make("button", { type: "button", "data-tool": name }, words[name]);
      one.addEventListener("click", act);
      return one;
    };
    const pick = (name) => button(name, () => { this.tool = name; this.draw(); });
    this.tools.replaceChildren(pick("dark"), pick("gray"), pick("erase"),
      button("undo", () => this.undo()), button("clear", () => this.change(this.values.map(() => 0))));
  }

  draw() {
    const { values, tool, data: { side, numbers } } = this, full = numbers ? PALE : 1;
    for (const one of this.tools.children) {
      if (one.dataset.tool === "undo") one.disabled = !this.before.length;
      else if (one.dataset.tool === "clear") one.disabled = !values.some(Boolean);
      else one.setAttribute("aria-pressed", String(one.dataset.tool === tool));
    }
    values.forEach((value, k) => {
      this.squares[k].setAttribute("fill-opacity", (full * value) / INK);
      this.figures[k].textContent = value;
    });
    const [row, column] = this.at;
    this.frame.setAttribute("transform", `translate(${column * CELL} ${row * CELL})`);
    const told = { row: row + 1, column: column + 1, value: values[row * side + column] };
    this.note.textContent = this.keyed ? this.data.words.here.replace(/{(\w+)}/g, (_, name) => told[name]) : "";
  }

  where(event) {
    const box = this.sheet.getBoundingClientRect(), { side } = this.data, most = side - 1;
    const cell = (at, low, size) => Math.min(most, Math.max(0, Math.floor(((at - low) / size) * side)));
    return [cell(event.clientY, box.top, box.height), cell(event.clientX, box.left, box.width)];
  }

  press(event) {
    if (event.button > 2 || this.stroke) return;
    this.sheet.setPointerCapture(event.pointerId);
    const erase = this.tool === "erase" || event.button === 2 || event.shiftKey;
    this.keyed = false;
    this.stroke = { was: this.values, last: null, value: erase ? 0 : this.tool === "gray" ? GRAY : INK };
    this.drag(this.where(event));
  }

  /** From the last pixel to this one, none left out: a fast hand skips some. */
  drag(at) {
    const from = this.stroke.last ?? at, steps = Math.max(1, Math.abs(at[0] - from[0]), Math.abs(at[1] - from[1]));
    this.values = [...this.values];
    for (let k = 0; k <= steps; k++) this.dab(from.map((start, axis) => Math.round(start + ((at[axis] - start) * k) / steps)), this.stroke.value);
    this.stroke.last = this.at = at;
    this.draw();
  }

  /** One touch of the pen; a soft one leaves the neighbors half as dark. */
  dab([row, column], value) {
    const { side, brush } = this.data, inside = (r, c) => r >= 0 && c >= 0 && r < side && c < side;
    this.values[row * side + column] = value;
    if (!brush) return;
    for (const [r, c] of [[row - 1, column], [row + 1, column], [row, column - 1], [row, column + 1]]) {
      const k = r * side + c;
      if (inside(r, c)) this.values[k] = value ? Math.max(this.values[k], value >> 1) : 0;
    }
  }

  finish() {
    if (!this.stroke) return;
    const { was } = this.stroke, now = this.values;
    this.stroke = null;
    this.values = was;
    this.change(now);
  }

  change(values) {
    if (values.every((value, k) => value === this.values[k])) { this.draw(); return; }
    this.before.push(this.values);
    this.tell(values);
  }

  undo() {
    if (this.before.length) this.tell(this.before.pop());
  }

  tell(values) {
    const text = write(values, this.data.side);
    Object.assign(this, { values, sent: { text, at: performance.now() } });
    this.draw();
    clearTimeout(this.due);
    this.due = setTimeout(() => this.send(text), this.keyed ? PAUSE : 0); // keys come in bursts, and only the last counts
  }

  key(event) {
    const move = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    const letter = event.key.toLowerCase(), most = this.data.side - 1;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    this.keyed = true;
    if (move) this.at = this.at.map((place, axis) => Math.min(most, Math.max(0, place + move[axis])));
    else if (event.key === "Enter" || event.key === " ") this.put({ dark: INK, gray: GRAY, erase: 0 }[this.tool]);
    else if (/^[0-9]$/.test(event.key)) this.put(Number(event.key), true);
    else if (event.key === "Delete" || event.key === "Backspace") this.put(0, true);
    else if (letter === "z") this.undo();
    else return;
    event.preventDefault();
    event.stopPropagation();
    this.draw();
  }

  put(value, single = false) {
    const was = this.values;
    this.values = [...was];
    if (single) this.values[this.at[0] * this.data.side + this.at[1]] = value;
    else this.dab(this.at, value);
    const now = this.values;
    this.values = was;
    this.change(now);
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  parentElement.board ??= new Board(parentElement);
  parentElement.board.update(written(data), (text) => setTriggerValue("pixels", text));
}
