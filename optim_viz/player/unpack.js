// Messages: [uint32 header length][JSON header, padded to 4 bytes][float32 little endian ...].

export function unpack(data) {
  const bytes = data.slice(); // what the platform hands over may be unaligned
  const length = new DataView(bytes.buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  return { header, floats: new Float32Array(bytes.buffer, 4 + length) };
}

export function unpackPaths(data) {
  const { header, floats } = unpack(data);
  let at = 0;
  const take = (count) => floats.subarray(at, (at += count));
  if (header.film) return { ...header, ...unpackFilm(header, take) };
  const series = header.series.map((one) => ({
    ...one, x: take(one.count), y: take(one.count), value: take(one.count),
  }));
  const charts = header.charts.map((chart) => ({
    ...chart,
    lines: chart.series
      ? chart.series.map((line) => ({ ...line, values: take(line.count) }))
      : series.map((one, path) => ({ path, count: one.count, values: one.value })),
  }));
  for (const sign of header.inside?.signs ?? []) if (sign.count) sign.values = [take(sign.count), take(sign.count)];
  return { ...header, series, charts };
}

/** Losses first, then x, the curves frame by frame, and the points. */
function unpackFilm({ series, charts, film }, take) {
  const told = series.map((one) => ({ ...one, value: take(one.count) }));
  const lines = told.map((one, path) => ({ path, count: one.count, values: one.value })).filter(({ count }) => count);
  const { n, frames, count } = film;
  return { series: told, charts: charts.map((chart) => ({ ...chart, lines })),
    film: { ...film, x: take(n), y: take(series.length * frames * n), points: take(2 * count) } };
}

export function unpackSurface(data) {
  const { header, floats } = unpack(data);
  const { rows, columns, field } = header;
  const cells = rows * columns;
  return {
    ...header,
    grid: floats.subarray(0, cells),
    levels: floats.subarray(cells, cells + header.levels),
    arrows: floats.subarray(cells + header.levels, cells + header.levels + 4 * field),
  };
}
