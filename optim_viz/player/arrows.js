// What happens inside one update, drawn at the play head: the slope, the velocity, the look-ahead point, the step.
import { make } from "./controls.js";

const LONGEST = 92, WIDEST = 84; // pixels of the steepest slope, of the widest box

/** Largest length of the vectors (xs, ys) in pixels of the whole surface. */
function largest([xs, ys], perX, perY) {
  let most = 0;
  for (let k = 0; k < xs.length; k++) {
    const size = Math.hypot(xs[k] * perX, ys[k] * perY);
    if (Number.isFinite(size)) most = Math.max(most, size);
  }
  return most;
}

/** A vector on the map with its size told by a root, so that small ones are still seen; its direction is exact. */
function scaled([xs, ys], k, perX, perY, most, to) {
  const x = xs[k] * perX, y = ys[k] * perY, size = Math.hypot(x, y);
  const by = size > 0 && most > 0 ? (to * Math.sqrt(size / most)) / size : 0;
  return [x * by, y * by];
}

function drawArrow(context, x0, y0, x1, y1, { color, halo, width = 2.4, dash = [], tip = 10 }) {
  const length = Math.hypot(x1 - x0, y1 - y0);
  if (!(length > 0.7)) return;
  const head = Math.min(tip, 0.55 * length), ux = (x1 - x0) / length, uy = (y1 - y0) / length;
  const bx = x1 - ux * head, by = y1 - uy * head;
  for (const [style, more] of [[halo, 3], [color, 0]]) {
    context.strokeStyle = context.fillStyle = style;
    context.lineWidth = width + more;
    context.lineJoin = "round";
    context.setLineDash(more ? [] : dash);
    context.beginPath();
    context.moveTo(x0, y0);
    context.lineTo(bx, by);
    context.stroke();
    context.setLineDash([]);
    context.beginPath();
    context.moveTo(x1, y1);
    context.lineTo(bx - uy * head * 0.45, by + ux * head * 0.45);
    context.lineTo(bx + uy * head * 0.45, by - ux * head * 0.45);
    context.closePath();
    if (more) context.stroke();
    context.fill();
  }
}

const picture = (id, color) => {
  const line = { slope: ' stroke-dasharray="4 3"' }[id] ?? "";
  const shape = id === "box" ? '<path d="M4 3H24V13H4Z" fill-opacity="0.2"/>'
    : id === "asked" ? '<circle cx="14" cy="8" r="4.5" fill="none"/>'
      : `<path d="M2 8H20" fill="none"${line}/><path d="M26 8L18 4V12Z" stroke="none"/>`;
  return `<svg viewBox="0 0 28 16" width="28" height="16" fill="${color}" stroke="${color}" stroke-width="2.2" `
    + `aria-hidden="true">${shape}</svg>`;
};

/** The signs of the first path, and a button for each that hides it. */
export class Signs {
  constructor(changed) {
    this.hidden = new Set();
    this.changed = changed;
    this.root = make("div", { class: "signs", role: "group", hidden: "" });
  }

  list(inside, theme) {
    this.inside = inside;
    this.theme = theme;
    this.root.hidden = !inside;
    const same = JSON.stringify([inside?.signs.map((sign) => sign.name), theme.dark]);
    if (same === this.same) return;
    this.same = same;
    this.root.replaceChildren(...(inside?.signs ?? []).map((sign) => {
      const chip = make("button", { type: "button", class: "chip", "aria-pressed": String(!this.hidden.has(sign.id)) });
      chip.innerHTML = picture(sign.id, this.color(sign));
      chip.append(make("span", { class: "name" }, sign.name));
      chip.addEventListener("click", () => {
        this.hidden[this.hidden.has(sign.id) ? "delete" : "add"](sign.id);
        chip.setAttribute("aria-pressed", String(!this.hidden.has(sign.id)));
        this.changed();
      });
      return chip;
    }));
  }

  color(sign) {
    return this.theme.dark ? sign.dark : sign.light;
  }

  /** The update that leads to where the play head is. */
  paint(context, { plot, toX, toY }, { paths, view, at, visible }) {
    const count = this.inside?.count;
    if (!count || !visible(0)) return;
    const t = Math.min(Math.max(Math.ceil(at - 1e-9), 1), count), k = t - 1, { x, y } = paths.series[0];
    const shown = Object.fromEntries(this.inside.signs.filter((sign) => !this.hidden.has(sign.id))
      .map((sign) => [sign.id, sign]));
    const perX = plot.width / (view.home.x1 - view.home.x0), perY = plot.height / (view.home.y1 - view.home.y0);
    const px = toX(x[k]), py = toY(y[k]), { halo } = this.theme;
    const asked = this.inside.signs.find((sign) => sign.id === "asked");
    const qx = asked ? toX(asked.values[0][k]) : px, qy = asked ? toY(asked.values[1][k]) : py;
    context.save();
    context.beginPath();
    context.rect(plot.x, plot.y, plot.width, plot.height);
    context.clip();
    if (shown.box) this.paintBox(context, shown.box, k, px, py, perX, perY);
    if (shown.step) {
      drawArrow(context, px, py, toX(x[t]), toY(y[t]), { color: this.color(shown.step), halo, width: 3.6, tip: 13 });
    }
    if (shown.slope) {
      const { values } = shown.slope;
      const [dx, dy] = scaled(values, k, perX, perY, largest(values, perX, perY), LONGEST);
      drawArrow(context, qx, qy, qx - dx, qy + dy, { color: this.color(shown.slope), halo, dash: [6, 4], width: 2.2 });
    }
    if (shown.coast) {
      const [dx, dy] = shown.coast.values.map((values) => values[k]);
      drawArrow(context, px, py, toX(x[k] + dx), toY(y[k] + dy), { color: this.color(shown.coast), halo });
    }
    if (shown.asked) {
      context.beginPath();
      context.arc(qx, qy, 7, 0, 7);
      for (const [style, width] of [[halo, 5], [this.color(shown.asked), 2.4]]) {
        context.strokeStyle = style;
        context.lineWidth = width;
        context.stroke();
      }
    }
    context.restore();
  }

  paintBox(context, sign, k, px, py, perX, perY) {
    const [wide, high] = scaled(sign.values, k, perX, perY, largest(sign.values, perX, perY), WIDEST);
    context.strokeStyle = context.fillStyle = this.color(sign);
    context.lineWidth = 2;
    context.globalAlpha = 0.16;
    context.fillRect(px - wide, py - high, 2 * wide, 2 * high);
    context.globalAlpha = 1;
    context.strokeRect(px - wide, py - high, 2 * wide, 2 * high);
  }
}
