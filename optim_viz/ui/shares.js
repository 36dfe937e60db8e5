// Two distributions as bars whose tops are dragged: one goes up, the others of its kind give way, so all sum to 1.
const PAUSE = 70, WAIT = 600; // ms between two words to the page while a bar moves; ms to wait for its answer

/** Share k becomes `value`; the others keep their proportions (or are equal, where they were all 0). */
function moved(shares, k, value) {
  const left = 1 - shares[k], each = 1 / (shares.length - 1);
  return shares.map((share, n) => (n === k ? value : (1 - value) * (left > 1e-9 ? share / left : each)));
}

class Shares {
  constructor(host) {
    Object.assign(this, { shares: [[], []], sent: null, told: 0, held: null });
    this.root = make("div", { class: "shares" });
    host.append(this.root);
  }

  update(text, send) {
    this.send = send;
    if (text === this.text) return;
    const data = JSON.parse(text), near = ([a, b]) => Math.abs(a - b) < 0.002; // the page rounds what it was told
    const answered = ({ shares }) => shares.flat().every((share, k) => near([share, data.shares.flat()[k]]));
    const known = this.data && JSON.stringify([this.data.words, this.data.colors]) === JSON.stringify([data.words, data.colors]);
    Object.assign(this, { text, data });
    if (!known) this.build();
    if (this.sent && (answered(this.sent) || performance.now() - this.sent.at > 3000)) this.sent = null;
    if (!this.held && !this.sent) this.shares = data.shares;
    this.draw();
  }

  build() {
    const { words, colors, names } = this.data;
    this.balls = Array.from({ length: this.data.balls.reduce((a, b) => a + b) }, () => make("i"));
    this.bag = make("div", { class: "bag", role: "img" }, make("span", { class: "word", "aria-hidden": "true" }, words.bag), ...this.balls);
    this.slots = [0, 1].map((row) => colors.map((tone, k) => this.slot(row, k, tone)));
    const pairs = names.map((name, k) => make("div", {}, make("div", { class: "pair" }, this.slots[0][k], this.slots[1][k]),
      make("div", { class: "under" }, name)));
    const key = (kind, word) => make("span", {}, make("i", { class: kind }), word);
    this.root.replaceChildren(this.bag, make("div", { class: "colors" }, ...pairs),
      make("div", { class: "keys", "aria-hidden": "true" }, key("true", words.kinds[0]), key("model", words.kinds[1])));
  }

  slot(row, k, tone) {
    const { words, names } = this.data;
    const one = make("div", { class: `slot ${row ? "model" : "true"}`, role: "slider", tabindex: 0, "aria-valuemin": 0,
      "aria-valuemax": 1, "aria-orientation": "vertical", "aria-label": `${words.kinds[row]}: ${names[k]}`,
      style: `--tone: ${tone}` }, make("b"), make("span"));
    const to = (event) => {
      const box = one.getBoundingClientRect();
      return (box.bottom - event.clientY) / box.height;
    };
    one.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      one.setPointerCapture(event.pointerId);
      this.held = one;
      this.move(row, k, to(event));
    });
    one.addEventListener("pointermove", (event) => this.held === one && this.move(row, k, to(event)));
    for (const end of ["pointerup", "pointercancel"]) one.addEventListener(end, () => this.held === one && this.finish());
    one.addEventListener("keydown", (event) => this.key(event, row, k));
    return one;
  }

  key(event, row, k) {
    const step = event.shiftKey ? 0.01 : 0.05, now = this.shares[row][k];
    const to = { ArrowUp: now + step, ArrowRight: now + step, ArrowDown: now - step, ArrowLeft: now - step,
      PageUp: now + 0.2, PageDown: now - 0.2, Home: 0, End: 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.move(row, k, to);
    this.tell();
  }

  move(row, k, value) {
    const near = Math.round(Math.min(1, Math.max(0, value)) * 100) / 100;
    this.shares = this.shares.map((one, n) => (n === row ? moved(one, k, near) : one));
    const now = performance.now(), since = this.sent ? now - this.sent.at : Infinity;
    if (since > WAIT || (!this.sent && now - this.told > PAUSE)) this.tell();
    this.draw();
  }

  finish() {
    this.held = null;
    this.tell();
    this.draw();
  }

  tell() {
    this.shares = this.shares.map((one) => one.map((share) => Number(share.toFixed(4))));
    this.told = performance.now();
    this.sent = { shares: this.shares, at: this.told };
    this.send(this.shares);
  }

  draw() {
    const { words, colors, names, balls } = this.data;
    this.slots.forEach((slots, row) => slots.forEach((slot, k) => {
      const share = this.shares[row][k], [bar, text] = slot.children;
      bar.style.height = `${100 * share}%`;
      text.textContent = share.toFixed(2);
      text.style.bottom = share > 0.85 ? "" : `calc(${100 * share}% + 7px)`;
      text.style.top = share > 0.85 ? "8px" : "";
      text.style.color = share > 0.85 && !row ? "#fff" : "";
      slot.setAttribute("aria-valuenow", share.toFixed(2));
    }));
    const drawn = balls.flatMap((count, k) => Array(count).fill(colors[k]));
    this.balls.forEach((ball, n) => { ball.style.backgroundColor = drawn[n]; });
    this.bag.setAttribute("aria-label", `${words.bag} ${balls.map((count, k) => `${names[k]} ${count}`).join(", ")}`);
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  parentElement.shares ??= new Shares(parentElement);
  parentElement.shares.update(written(data), (shares) => setTriggerValue("shares", shares));
}
