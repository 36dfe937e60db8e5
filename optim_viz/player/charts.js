// Curves against the step, on the clock of the paths.
import { drawMarker } from "./marks.js";
import { fillIn, linearScale, logScale, logTicks, shortNumber, stepText, ticks, wholeTicks } from "./scale.js";
import { Trail } from "./trails.js";

/** The range of values worth showing: one path that runs away must not flatten the others. */
function rangeOf(chart, log) {
  let low = Infinity, high = -Infinity, start = -Infinity, least = Infinity;
  for (const { values } of chart.lines) {
    if (values.length) start = Math.max(start, Math.abs(values[0]));
    for (const value of values) {
      low = Math.min(low, value);
      high = Math.max(high, value);
      if (value > 0) least = Math.min(least, value);
    }
  }
  if (!Number.isFinite(low)) return [0, 1];
  if (log) {
    if (start > 0) high = Math.min(high, start * 1e3);
    const from = Math.max(Math.min(least, high), high * 1e-14);
    return from < high ? [from / 1.3, high * 1.6] : [high / 10, high * 10];
  }
  if (start > 0 && chart.loss) high = Math.min(high, start * 1.5);
  const pad = (high - low || Math.abs(high) || 1) * 0.05;
  return [low - pad, high + pad];
}

export class Chart {
  constructor(chart, rect, steps, looks, visible, texts) {
    this.chart = chart;
    this.rect = rect;
    this.log = chart.log && chart.lines.some(({ values }) => values.some((value) => value > 0));
    const range = rangeOf(chart, this.log);
    this.range = range;
    this.toX = linearScale(0, Math.max(steps, 1), rect.x, rect.x + rect.width);
    this.toY = (this.log ? logScale : linearScale)(range[0], range[1], rect.y + rect.height, rect.y);
    this.steps = steps;
    this.title = chart.text ? texts[chart.text] ?? chart.text : chart.title;
    this.trails = chart.lines.filter((line) => visible(line.path)).map((line) => {
      const xs = Float64Array.from(line.values, (_, k) => this.toX(k));
      const ys = Float64Array.from(line.values, (value) => this.toY(value));
      const look = line.dash ? { ...looks[line.path], dash: line.dash } : looks[line.path];
      return new Trail(line.path, look, rect, xs, ys, { width: 2 });
    });
  }

  paintFrame(context, theme, lastOne, texts) {
    const { rect, range } = this;
    const bottom = rect.y + rect.height;
    context.font = `12px ${theme.font}`;
    context.lineWidth = 1;
    context.textAlign = "right";
    context.textBaseline = "middle";
    const marks = this.log ? logTicks(range[0], range[1], rect.height / 34) : ticks(range[0], range[1], rect.height / 42);
    for (const value of marks) {
      const y = Math.round(this.toY(value)) + 0.5;
      context.fillStyle = theme.grid;
      context.fillRect(rect.x, y - 0.5, rect.width, 1);
      context.fillStyle = theme.soft;
      context.fillText(shortNumber(value), rect.x - 7, y);
    }
    context.textAlign = "center";
    context.textBaseline = "top";
    const { unit } = texts, many = rect.width / 62;
    const steps = unit ? ticks(0, this.steps * unit, many).map((at) => at / unit) : wholeTicks(this.steps, many);
    for (const step of steps) {
      const x = Math.round(this.toX(step));
      context.fillStyle = theme.grid;
      context.fillRect(x, rect.y, 1, rect.height);
      context.fillStyle = theme.soft;
      if (lastOne) context.fillText(stepText(step, texts), x, bottom + 7);
    }
    context.fillStyle = theme.line;
    context.fillRect(rect.x, bottom, rect.width, 1);
    if (lastOne) {
      context.fillStyle = theme.soft;
      context.fillText(texts.step_axis, rect.x + rect.width / 2, bottom + 23);
    }
    context.fillStyle = theme.text;
    context.textAlign = "left";
    context.textBaseline = "alphabetic";
    context.font = `600 13px ${theme.font}`;
    const title = this.log ? fillIn(texts.log_title, { title: this.title }) : this.title;
    context.fillText(title, rect.x, rect.y - 9, rect.width);
  }

  paintHead(context, at, theme) {
    const { rect } = this;
    const x = this.toX(at);
    context.fillStyle = theme.soft;
    context.fillRect(x - 0.5, rect.y, 1, rect.height);
    for (const trail of this.trails) {
      const end = Math.min(at, trail.last), y = trail.y(end);
      if (y < rect.y - 1 || y > rect.y + rect.height + 1) continue;
      drawMarker(context, trail.look.marker, trail.x(end), y, 5, trail.look.color, theme.background, 1.2);
    }
  }
}
