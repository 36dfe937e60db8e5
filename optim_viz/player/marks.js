// Markers as SVG path data of radius 1: the same shape on the canvas and in the legend.

const round = (value) => Number(value.toFixed(4));

function polygon(corners, turn = 0, inner = 1) {
  const points = [];
  const count = inner === 1 ? corners : 2 * corners;
  for (let k = 0; k < count; k++) {
    const angle = (turn - 90) * (Math.PI / 180) + (2 * Math.PI * k) / count;
    const radius = k % 2 && inner !== 1 ? inner : 1;
    points.push(`${round(radius * Math.cos(angle))} ${round(radius * Math.sin(angle))}`);
  }
  return `M${points.join("L")}Z`;
}

const PLUS = "M-.33-1H.33V-.33H1V.33H.33V1H-.33V.33H-1V-.33H-.33Z";
const CROSS = "M-.47-.94L0-.47L.47-.94L.94-.47L.47 0L.94 .47L.47 .94L0 .47L-.47 .94L-.94 .47L-.47 0L-.94-.47Z";
const SHAPES = {
  circle: "M1 0A1 1 0 1 1-1 0A1 1 0 1 1 1 0Z",
  square: "M-.84-.84H.84V.84H-.84Z",
  diamond: polygon(4), "triangle-up": polygon(3), "triangle-down": polygon(3, 180),
  "triangle-left": polygon(3, -90), "triangle-right": polygon(3, 90),
  cross: PLUS, x: CROSS, star: polygon(5, 0, 0.45), pentagon: polygon(5), hexagon: polygon(6),
  hexagram: polygon(6, 0, 0.58), octagon: polygon(8, 22.5), bowtie: "M-1-.8L1 .8V-.8L-1 .8Z",
  hourglass: "M-.8-1H.8L-.8 1H.8Z",
};
const paths = {};

export const shapeOf = (marker) => SHAPES[marker] ?? SHAPES.circle;

export function drawMarker(context, marker, x, y, radius, fill, edge, width = 1.5) {
  const path = (paths[marker] ??= new Path2D(shapeOf(marker)));
  context.save();
  context.translate(x, y);
  context.scale(radius, radius);
  context.lineJoin = "round";
  context.lineWidth = (2 * width) / radius;
  context.strokeStyle = edge;
  context.stroke(path);
  context.fillStyle = fill;
  context.fill(path);
  context.restore();
}

/** Where a point outside the picture is: an arrow on the rim that points at it. */
export function drawEdgeArrow(context, rect, x, y, color, edge) {
  const cx = rect.x + rect.width / 2, cy = rect.y + rect.height / 2, margin = 11;
  const dx = x - cx, dy = y - cy;
  const across = (rect.width / 2 - margin) / Math.abs(dx || 1e-9), up = (rect.height / 2 - margin) / Math.abs(dy || 1e-9);
  const px = cx + dx * Math.min(across, up), py = cy + dy * Math.min(across, up);
  context.save();
  context.translate(px, py);
  context.rotate(Math.atan2(dy, dx));
  context.beginPath();
  context.moveTo(9, 0);
  context.lineTo(-6, -7);
  context.lineTo(-2.5, 0);
  context.lineTo(-6, 7);
  context.closePath();
  context.lineJoin = "round";
  context.lineWidth = 3;
  context.strokeStyle = edge;
  context.stroke();
  context.fillStyle = color;
  context.fill();
  context.restore();
  return [px, py];
}

export function drawCross(context, x, y, radius, color, edge) {
  context.lineCap = "round";
  for (const [style, width] of [[edge, 6], [color, 2.8]]) {
    context.beginPath();
    context.moveTo(x - radius, y - radius);
    context.lineTo(x + radius, y + radius);
    context.moveTo(x + radius, y - radius);
    context.lineTo(x - radius, y + radius);
    context.strokeStyle = style;
    context.lineWidth = width;
    context.stroke();
  }
  context.lineCap = "butt";
}

/** The look of one path as an inline picture for its button. */
export function swatch(look, color) {
  const dash = look.dash.length ? ` stroke-dasharray="${look.dash.map(Number).join(" ")}"` : "";
  return `<svg viewBox="0 0 34 16" width="34" height="16" aria-hidden="true"><path d="M1 8H33" fill="none" `
    + `stroke="${color}" stroke-width="2.4"${dash}/><g transform="translate(17 8) scale(5.4)">`
    + `<path d="${shapeOf(look.marker)}" fill="${color}"/></g></svg>`;
}
