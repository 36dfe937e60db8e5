// The surface as bands and lines: every device pixel asks the grid (bicubic, exact for quadratics) which band it is in.
import { bandColors } from "./palette.js";
import { shortNumber } from "./scale.js";

const MAX_PIXELS = 500_000;

/** Catmull-Rom taps: where pixel centers fall on the grid, and the four weights there. */
function taps(count, first, step, cells) {
  const base = new Int32Array(count), weight = new Float64Array(4 * count), inside = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const at = first + i * step;
    const cell = Math.min(Math.max(Math.floor(at), 0), cells - 2);
    const t = at - cell;
    inside[i] = at >= -0.02 && at <= cells - 0.98 ? 1 : 0;
    base[i] = cell;
    weight[4 * i] = t * (-0.5 + t * (1 - 0.5 * t));
    weight[4 * i + 1] = 1 + t * t * (-2.5 + 1.5 * t);
    weight[4 * i + 2] = t * (0.5 + t * (2 - 1.5 * t));
    weight[4 * i + 3] = t * t * (-0.5 + 0.5 * t);
  }
  return { base, weight, inside };
}

/** The grid with one more ring, continued quadratically, so that the outermost cells have neighbors. */
export function ringed({ grid, rows, columns }) {
  const width = columns + 2, full = new Float64Array(width * (rows + 2));
  const put = (r, c, value) => { full[(r + 1) * width + c + 1] = value; };
  const get = (r, c) => full[(r + 1) * width + c + 1];
  const beyond = (a, b, c) => 3 * a - 3 * b + c;
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) put(r, c, grid[r * columns + c]);
    put(r, -1, beyond(get(r, 0), get(r, 1), get(r, 2)));
    put(r, columns, beyond(get(r, columns - 1), get(r, columns - 2), get(r, columns - 3)));
  }
  for (let c = -1; c <= columns; c++) {
    put(-1, c, beyond(get(0, c), get(1, c), get(2, c)));
    put(rows, c, beyond(get(rows - 1, c), get(rows - 2, c), get(rows - 3, c)));
  }
  return full;
}

/** Band number with a fraction: whole at a level, 0 below the first; NaN where the surface is not defined. */
function bandOf(z, levels, guess) {
  const last = levels.length - 1;
  if (!(z === z)) return NaN;
  let band = guess < 0 ? 0 : guess > last ? last : guess;
  while (band < last && z >= levels[band]) band++;
  while (band > 0 && z < levels[band - 1]) band--;
  if (z >= levels[last]) return last + 1 + Math.min((z - levels[last]) / (levels[last] - levels[last - 1] || 1), 0.999);
  if (band === 0) return Math.max(1 - (levels[0] - z) / (levels[1] - levels[0] || 1), 0.001);
  return band + (z - levels[band - 1]) / (levels[band] - levels[band - 1]);
}

function sampler(surface, across, down, width) {
  const { rows, columns, grid, levels, ring } = surface;
  const stride = columns + 2, line = new Float64Array(stride);
  return (j, out) => {
    if (!down.inside[j]) { out.fill(NaN); return; }
    const top = down.base[j] * stride, w = 4 * j;
    for (let c = 0; c < stride; c++) {
      line[c] = down.weight[w] * ring[top + c] + down.weight[w + 1] * ring[top + stride + c]
        + down.weight[w + 2] * ring[top + 2 * stride + c] + down.weight[w + 3] * ring[top + 3 * stride + c];
    }
    let guess = 0;
    for (let i = 0; i < width; i++) {
      if (!across.inside[i]) { out[i] = NaN; continue; }
      const c = across.base[i], v = 4 * i;
      let z = across.weight[v] * line[c] + across.weight[v + 1] * line[c + 1]
        + across.weight[v + 2] * line[c + 2] + across.weight[v + 3] * line[c + 3];
      if (!Number.isFinite(z)) { // a neighbor is not defined: take the nearest point as it is
        const near = Math.min(c + (across.weight[v + 2] > 0.5 ? 1 : 0), columns - 1);
        z = grid[Math.min(down.base[j] + (down.weight[w + 2] > 0.5 ? 1 : 0), rows - 1) * columns + near];
        if (!Number.isFinite(z)) z = NaN;
      }
      const band = bandOf(z, levels, guess);
      out[i] = band;
      guess = band | 0;
    }
  };
}

function shade(pixels, width, height, sample, colors, [lr, lg, lb, la]) {
  let here = new Float64Array(width + 1), below = new Float64Array(width + 1);
  const top = colors.length - 1;
  const plain = Uint32Array.from(colors, ([r, g, b]) => 0xff000000 | (b << 16) | (g << 8) | r);
  sample(0, here);
  for (let j = 0; j < height; j++) {
    sample(Math.min(j + 1, height - 1), below);
    for (let i = 0; i < width; i++) {
      const t = here[i];
      if (t !== t) continue;
      const dx = (here[i + 1] - t) || 0, dy = (below[i] - t) || 0;
      const square = dx * dx + dy * dy || 1e-18;
      const band = t | 0, rest = t - band, near = rest < 0.5 ? rest : 1 - rest;
      if (near * near >= 1.21 * square) { pixels[j * width + i] = plain[band > top ? top : band]; continue; }
      const slope = Math.sqrt(square); // bands per pixel
      const other = rest < 0.5 ? band - 1 : band + 1;
      let { 0: r, 1: g, 2: b } = colors[band > top ? top : band];
      const distance = near / slope; // in pixels from the nearest level
      if (other >= 0 && other <= top) {
        const mix = Math.max(0, 0.5 - distance), next = colors[other];
        r += (next[0] - r) * mix; g += (next[1] - g) * mix; b += (next[2] - b) * mix;
        const line = la * Math.min(1, 1.1 - distance) * Math.max(0, Math.min(1, 1.6 - 4 * slope));
        r += (lr - r) * line; g += (lg - g) * line; b += (lb - b) * line;
      }
      pixels[j * width + i] = 0xff000000 | (b << 16) | (g << 8) | r;
    }
    [here, below] = [below, here];
  }
}

/** Paint the surface seen through `view` into its own canvas of the size of `rect`. */
export function paintMap(canvas, rect, view, surface, theme, ratio, quick) {
  const scale = Math.min(ratio, Math.sqrt((quick ? MAX_PIXELS / 4 : MAX_PIXELS) / (rect.width * rect.height)));
  const width = Math.max(2, Math.round(rect.width * scale)), height = Math.max(2, Math.round(rect.height * scale));
  canvas.width = width;
  canvas.height = height;
  const { x: [x0, x1], y: [y0, y1], rows, columns } = surface;
  const perX = (columns - 1) / (x1 - x0), perY = (rows - 1) / (y1 - y0);
  const stepX = ((view.x1 - view.x0) / width) * perX, stepY = ((view.y0 - view.y1) / height) * perY;
  const across = taps(width + 1, (view.x0 - x0) * perX + stepX / 2, stepX, columns);
  const down = taps(height, (view.y1 - y0) * perY + stepY / 2, stepY, rows);
  surface.ring ??= ringed(surface);
  const colors = bandColors(surface.fill, theme.dark, surface.levels.length + 1);
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, height);
  shade(new Uint32Array(image.data.buffer), width, height, sampler(surface, across, down, width + 1), colors,
    theme.contour);
  context.putImageData(image, 0, 0);
}

/** Slanted lines where the surface has no value (seen through the holes of the map). */
export function paintHatch(context, rect, theme) {
  context.beginPath();
  for (let x = rect.x - rect.height; x < rect.x + rect.width; x += 9) {
    context.moveTo(x, rect.y + rect.height);
    context.lineTo(x + rect.height, rect.y);
  }
  context.strokeStyle = theme.line;
  context.lineWidth = 1;
  context.stroke();
}

/** As few digits as tell the levels apart. */
function levelLabels(levels) {
  for (let digits = 1; ; digits++) {
    const labels = Array.from(levels, (level) => shortNumber(level, digits));
    if (digits >= 6 || new Set(labels).size === labels.length) return labels;
  }
}

export function paintColorBar(context, bar, surface, theme) {
  const { levels } = surface, count = levels.length + 1;
  const colors = bandColors(surface.fill, theme.dark, count), step = bar.height / count;
  colors.forEach(([r, g, b], k) => {
    context.fillStyle = `rgb(${r},${g},${b})`;
    context.fillRect(bar.x, bar.y + bar.height - (k + 1) * step, bar.width, step + 0.5);
  });
  context.strokeStyle = theme.line;
  context.lineWidth = 1;
  context.strokeRect(bar.x + 0.5, bar.y + 0.5, bar.width - 1, bar.height - 1);
  context.fillStyle = theme.soft;
  context.textAlign = "left";
  context.textBaseline = "middle";
  const stride = Math.max(1, Math.ceil(30 / step));
  const labels = levelLabels(levels);
  for (let k = 1; k <= levels.length; k += stride) {
    const y = bar.y + bar.height - k * step;
    context.fillRect(bar.x + bar.width, Math.round(y), 3, 1);
    context.fillText(labels[k - 1], bar.x + bar.width + 6, y);
  }
}

/** Exact downhill directions; longer where the slope is steeper, but never longer than the room for one. */
export function paintField(context, rect, toX, toY, surface, theme) {
  const { arrows, field } = surface;
  let steepest = 0;
  for (let k = 0; k < field; k++) {
    const size = Math.hypot(arrows[4 * k + 2], arrows[4 * k + 3]);
    if (Number.isFinite(size)) steepest = Math.max(steepest, size);
  }
  const room = Math.min(rect.width, rect.height) / Math.sqrt(field || 1);
  context.strokeStyle = context.fillStyle = theme.soft;
  context.lineWidth = 1.2;
  for (let k = 0; k < field; k++) {
    const x = toX(arrows[4 * k]), y = toY(arrows[4 * k + 1]);
    let dx = arrows[4 * k + 2] * Math.sign(toX(1) - toX(0)), dy = -arrows[4 * k + 3];
    const size = Math.hypot(dx, dy);
    if (!(size > 0) || !Number.isFinite(size)) continue;
    const length = room * (0.2 + 0.65 * (size / steepest) ** 0.4);
    dx *= length / size; dy *= length / size;
    context.beginPath();
    context.moveTo(x - dx / 2, y - dy / 2);
    context.lineTo(x + dx / 2, y + dy / 2);
    context.stroke();
    context.beginPath();
    context.moveTo(x + dx / 2 + dx * 3 / length, y + dy / 2 + dy * 3 / length);
    context.lineTo(x + dx / 2 - (dx * 3 + dy * 3) / length, y + dy / 2 - (dy * 3 - dx * 3) / length);
    context.lineTo(x + dx / 2 - (dx * 3 - dy * 3) / length, y + dy / 2 - (dy * 3 + dx * 3) / length);
    context.fill();
  }
}
