// Scales, ticks and numbers as text.

export function linearScale(from, to, start, end) {
  const slope = (end - start) / (to - from || 1);
  const scale = (value) => start + (value - from) * slope;
  scale.invert = (pixel) => from + (pixel - start) / slope;
  return scale;
}

export function logScale(from, to, start, end) {
  const inner = linearScale(Math.log10(from), Math.log10(to), start, end);
  const scale = (value) => inner(Math.log10(Math.max(value, from)));
  scale.invert = (pixel) => 10 ** inner.invert(pixel);
  return scale;
}

export function ticks(from, to, count) {
  const rough = (to - from) / Math.max(count, 1);
  if (!(rough > 0) || !Number.isFinite(rough)) return [];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((m) => m * power >= rough * 0.999) ?? 10);
  const found = [];
  for (let k = Math.ceil(from / step - 1e-9); k <= to / step + 1e-9; k++) found.push(k * step || 0);
  return found;
}

export function wholeTicks(to, count) {
  return [...new Set(ticks(0, to, count).map(Math.round))].filter((step) => step <= to);
}

export function logTicks(from, to, count) {
  const low = Math.ceil(Math.log10(from) - 1e-9), high = Math.floor(Math.log10(to) + 1e-9);
  if (high - low < 2) return ticks(from, to, count).filter((value) => value > 0);
  const stride = Math.ceil((high - low + 1) / Math.max(count, 2));
  const found = [];
  for (let power = low; power <= high; power++) if (power % stride === 0) found.push(10 ** power);
  return found;
}

const MINUS = "\u2212";
const SUPERSCRIPT = { "-": "\u207b", 0: "\u2070", 1: "\u00b9", 2: "\u00b2", 3: "\u00b3", 4: "\u2074",
  5: "\u2075", 6: "\u2076", 7: "\u2077", 8: "\u2078", 9: "\u2079" };

const raised = (power) => String(power).replace(/./g, (sign) => SUPERSCRIPT[sign]);

/** A number for an axis: short, with a power of ten where zeros would pile up. */
export function shortNumber(value, digits = 3) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e-3 && size < 1e4) return String(Number(value.toPrecision(digits + 1))).replace("-", MINUS);
  const [mantissa, power] = Number(value.toPrecision(digits)).toExponential().split("e");
  const front = mantissa === "1" ? "" : mantissa === "-1" ? MINUS : `${mantissa.replace("-", MINUS)}\u00b7`;
  return `${front}10${raised(Number(power))}`;
}

/** A number to be read off: six significant digits. */
export function exactNumber(value) {
  if (!Number.isFinite(value)) return value > 0 ? "\u221e" : MINUS + "\u221e";
  if (value === 0) return "0";
  const size = Math.abs(value);
  const text = size >= 1e-4 && size < 1e7 ? value.toPrecision(6) : value.toExponential(5);
  return text.replaceAll("-", MINUS);
}

/** A number that changes while playing: always the same width, so that nothing jumps. */
export function liveNumber(value) {
  if (!Number.isFinite(value)) return "\u221e";
  const size = Math.abs(value);
  const plain = size === 0 || (size >= 1e-3 && size < 1e4);
  return (plain ? value.toPrecision(4).slice(0, value < 0 ? 7 : 6) : value.toExponential(2)).replaceAll("-", MINUS);
}

/** A step as people count it: `unit` says what one step stands for, such as 0.01 epochs; or `marks` names each. */
export function stepText(step, { unit, marks }) {
  if (marks) return String(marks[Math.min(step, marks.length - 1)]);
  return unit ? shortNumber(step * unit) : String(step);
}

export function fillIn(template, values) {
  return template.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}
