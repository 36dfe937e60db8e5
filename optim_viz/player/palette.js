// Colors: the surface scales, mixed in OKLab so that equal steps look equal, and the theme around us.

const SCALES = { // from low loss to high loss
  viridis: { light: ["#9fb0d8", "#a9c8dc", "#b5dccf", "#cfe8c6", "#e9f2cf", "#fbfae6"],
    dark: ["#17123a", "#1b2a52", "#1b4560", "#205c60", "#34705a", "#587f55"] },
  blue: { light: ["#9cbce4", "#b4cfec", "#cbdff3", "#dfecf8", "#f3f8fd"],
    dark: ["#0a1730", "#112746", "#1b3a61", "#28507c", "#3a6793"] },
  gray: { light: ["#bfc3ca", "#d0d3d8", "#e0e2e5", "#eeeff1", "#fafafa"],
    dark: ["#131517", "#1f2226", "#2d3136", "#3c4147", "#4d535a"] },
};

let pen = null;

/** [r, g, b, a] of any CSS color. */
export function rgba(color) {
  pen ??= document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  pen.clearRect(0, 0, 1, 1);
  pen.fillStyle = "#000";
  pen.fillStyle = color;
  pen.fillRect(0, 0, 1, 1);
  const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
  return [r, g, b, a / 255];
}

const toLinear = (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
const toGamma = (c) => (c <= 0.0031308 ? 12.92 * c : 1.055 * c ** (1 / 2.4) - 0.055);

function toLab(hex) {
  const [r, g, b] = [1, 3, 5].map((at) => toLinear(parseInt(hex.slice(at, at + 2), 16) / 255));
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s];
}

function fromLab([L, a, b]) {
  const l = (L + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (L - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (L - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s]
    .map((c) => Math.round(255 * toGamma(Math.min(1, Math.max(0, c)))));
}

/** `count` colors [r, g, b] of a named scale, low to high. */
export function bandColors(name, dark, count) {
  const stops = (SCALES[name] ?? SCALES.viridis)[dark ? "dark" : "light"].map(toLab);
  return Array.from({ length: count }, (_, k) => {
    const at = (count > 1 ? k / (count - 1) : 0.5) * (stops.length - 1);
    const left = Math.min(Math.floor(at), stops.length - 2);
    return fromLab(stops[left].map((value, axis) => value + (at - left) * (stops[left + 1][axis] - value)));
  });
}

/** Pixels of the page's root type: 16 as a rule, more where a person or a presentation wants larger type. */
export const rootSize = () => parseFloat(getComputedStyle(document.documentElement).fontSize);

/** What the page around the player looks like, from Streamlit's variables (the stand-alone page sets the same). */
export function readTheme(element, paper = false) {
  const style = getComputedStyle(element);
  const variable = (name, fallback) => {
    const found = style.getPropertyValue(name).trim();
    return found && found !== "unset" ? found : fallback;
  };
  const background = paper ? "#ffffff" : variable("--st-background-color", "#ffffff");
  const [r, g, b] = rgba(background);
  const dark = 0.2126 * toLinear(r / 255) + 0.7152 * toLinear(g / 255) + 0.0722 * toLinear(b / 255) < 0.3;
  const strong = paper || variable("--optim-viz-contrast", "") === "more";
  const text = strong ? (dark ? "#ffffff" : "#000000") : variable("--st-text-color", dark ? "#fafafa" : "#31333f");
  const [tr, tg, tb] = rgba(text);
  return {
    dark, background, text, font: style.fontFamily || "sans-serif",
    soft: strong ? text : `rgba(${tr},${tg},${tb},0.72)`, line: `rgba(${tr},${tg},${tb},${strong ? 0.7 : 0.3})`,
    grid: `rgba(${tr},${tg},${tb},${strong ? 0.18 : 0.1})`,
    halo: dark ? `rgba(8,10,16,${strong ? 0.9 : 0.6})` : `rgba(255,255,255,${strong ? 0.95 : 0.7})`,
    contour: dark ? [235, 240, 250, 0.2] : [30, 40, 70, 0.2],
    ink: dark ? "#ffffff" : "#1b2233",
  };
}
