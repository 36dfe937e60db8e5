// The current frame as a PNG: the canvas, and the legend under it.
import { shapeOf } from "./marks.js";

export function savePicture(player) {
  const { canvas, theme, paths, looks, hidden, clock } = player;
  const ratio = player.painter.ratio, line = 26 * ratio;
  const shown = paths.series.map((one, k) => ({ one, look: looks[k] })).filter(({ one }) => !hidden.has(one.id));
  const sheet = document.createElement("canvas"), context = sheet.getContext("2d");
  const font = `${13 * ratio}px ${theme.font}`;
  context.font = font;
  const step = player.controls.count.textContent;
  const widths = shown.map(({ one }) => context.measureText(label(player, one, clock)).width + 64 * ratio);
  const rows = [[]];
  let used = context.measureText(step).width + 40 * ratio;
  shown.forEach((entry, k) => {
    if (used + widths[k] > canvas.width && rows.at(-1).length) { rows.push([]); used = 0; }
    rows.at(-1).push({ ...entry, width: widths[k] });
    used += widths[k];
  });
  sheet.width = canvas.width + 24 * ratio;
  sheet.height = canvas.height + (rows.length + 1) * line;
  context.fillStyle = theme.background;
  context.fillRect(0, 0, sheet.width, sheet.height);
  context.drawImage(canvas, 12 * ratio, 12 * ratio);
  context.font = font;
  context.textBaseline = "middle";
  rows.forEach((row, k) => {
    const y = canvas.height + (k + 0.9) * line;
    let x = 20 * ratio;
    if (k === 0) {
      context.fillStyle = theme.soft;
      context.fillText(step, x, y);
      x += context.measureText(step).width + 26 * ratio;
    }
    for (const { one, look, width } of row) {
      drawEntry(context, look, x, y, ratio);
      context.fillStyle = theme.text;
      context.fillText(label(player, one, clock), x + 42 * ratio, y);
      x += width;
    }
  });
  sheet.toBlob((blob) => download(blob, "optim-viz.png"), "image/png");
}

function label(player, one, clock) {
  return `${one.name}  ${player.controls.valueAt(one, clock.step)}`;
}

function drawEntry(context, look, x, y, ratio) {
  context.save();
  context.translate(x, y);
  context.scale(ratio, ratio);
  context.strokeStyle = context.fillStyle = look.color;
  context.lineWidth = 2.4;
  context.setLineDash(look.dash);
  context.beginPath();
  context.moveTo(0, 0);
  context.lineTo(34, 0);
  context.stroke();
  context.translate(17, 0);
  context.scale(5.4, 5.4);
  context.fill(new Path2D(shapeOf(look.marker)));
  context.restore();
}

function download(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
