// Runs before the page: notes when a key goes in, when new data is drawn, and when the next frame begins.
(() => {
  const probe = (window.probe = { draws: 0, frames: 0, last: null, first: null, waiting: null });
  const drawn = () => {
    const at = performance.now();
    probe.draws += 1;
    requestAnimationFrame(() => {
      const times = { drawn: at, shown: performance.now() };
      probe.first ??= times;
      probe.last = times;
      probe.waiting?.(times);
      probe.waiting = null;
    });
  };

  // The player says so itself.
  const mark = performance.mark;
  performance.mark = function (name, ...rest) {
    if (name === "optim-viz-painted") drawn();
    return mark.call(performance, name, ...rest);
  };

  // A chart has been drawn when its event says so; the first time when its five points, or any, are there.
  const drawing = (chart) =>
    [...chart.querySelectorAll(".trace path")].map((path) => path.getAttribute("d")).join() + chart.textContent;
  const watched = new WeakSet();
  new MutationObserver(() => {
    for (const chart of document.getElementsByClassName("js-plotly-plot")) {
      if (watched.has(chart) || !chart.on) continue;
      if (window.everyChart ? !chart.querySelector(".trace") : chart.querySelectorAll(".points path").length !== 5) continue;
      watched.add(chart);
      drawn();
      let seen = drawing(chart);
      chart.on("plotly_afterplot", () => {
        const now = drawing(chart);
        if (now !== seen) drawn();
        seen = now;
      });
    }
  }).observe(document, { childList: true, subtree: true });

  // A frame counts when the canvas on the page was painted in it.
  const wipe = CanvasRenderingContext2D.prototype.clearRect;
  let then = null;
  CanvasRenderingContext2D.prototype.clearRect = function (...values) {
    const now = document.timeline.currentTime;
    if (this.canvas.isConnected && now !== then) {
      then = now;
      probe.frames += 1;
    }
    return wipe.apply(this, values);
  };

  /** Press a key on the slider with this label: milliseconds until drawn, and until the next frame. */
  probe.press = (label, key) => new Promise((done) => {
    const slider = document.querySelector(`input[type=range][aria-label="${label}"]`);
    slider.focus({ preventScroll: true });
    requestAnimationFrame(() => setTimeout(() => {
      const from = performance.now();
      probe.waiting = ({ drawn, shown }) => done([drawn - from, shown - from]);
      const options = { key, code: key, bubbles: true, cancelable: true };
      for (const type of ["keydown", "keyup"]) slider.dispatchEvent(new KeyboardEvent(type, options));
    }, 30 + 17 * Math.random()));
  });

  /** Frames of the display in this many milliseconds: [frames, milliseconds]. */
  probe.display = (span) => new Promise((done) => {
    let from = null, count = 0;
    const tick = (now) => {
      from ??= now;
      if (now - from >= span) done([count, now - from]);
      else { count += 1; requestAnimationFrame(tick); }
    };
    requestAnimationFrame(tick);
  });
})();
