// The buttons, the legend and the words: plain HTML, so that a keyboard and a screen reader find them.
import { icon } from "./icons.js";
import { swatch } from "./marks.js";
import { fillIn, liveNumber, stepText } from "./scale.js";

const SPEEDS = [0.25, 0.5, 1, 2, 4, 8];

export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function button(name, act) {
  const element = make("button", { type: "button", class: `button ${name}` });
  element.innerHTML = icon(name);
  element.addEventListener("click", act);
  return element;
}

export class Controls {
  constructor(actions) {
    this.actions = actions;
    const named = (name) => (this[name] = button(name, actions[name]));
    this.scrub = make("input", { type: "range", min: 0, step: 1, value: 0, class: "scrub" });
    this.scrub.addEventListener("input", () => actions.scrub(Number(this.scrub.value)));
    this.count = make("output", { class: "count" });
    this.speed = make("select", { class: "speed" },
      ...SPEEDS.map((speed) => make("option", { value: speed }, `${speed}×`)));
    this.speed.addEventListener("change", () => actions.speed(Number(this.speed.value)));
    this.bar = make("div", { class: "bar", role: "group" },
      make("div", { class: "group" }, ...["restart", "back", "play", "forward"].map(named)),
      make("div", { class: "time" }, this.scrub, this.count),
      make("div", { class: "group" }, this.speed, ...["loop", "field", "zoom_out", "zoom_in", "zoom_reset",
        "save_png", "fullscreen"].map(named)));
    this.legend = make("div", { class: "legend", role: "group" });
    this.tip = make("div", { class: "tip", hidden: "" });
    this.live = make("p", { class: "unseen", "aria-live": "polite" });
    this.fullscreen.hidden = !document.fullscreenEnabled;
    this.chips = [];
  }

  label(texts, count) {
    this.texts = texts;
    for (const name of ["restart", "back", "forward", "loop", "field", "zoom_in", "zoom_out", "zoom_reset",
      "save_png", "fullscreen"]) {
      this[name].title = texts[name];
      this[name].setAttribute("aria-label", texts[name]);
    }
    this.scrub.setAttribute("aria-label", texts.scrub);
    this.speed.setAttribute("aria-label", texts.speed);
    this.speed.title = texts.speed;
    this.bar.setAttribute("aria-label", texts.controls);
    this.legend.setAttribute("aria-label", texts.legend);
    this.picture = fillIn(texts.picture, { count });
    this.shownPlaying = undefined;
  }

  /** One button per path; kept when the paths are the same ones with new numbers. */
  list(series, looks, hidden) {
    const same = JSON.stringify([series.map((one) => one.name), looks, this.texts.toggle]);
    if (same !== this.same) {
      this.same = same;
      this.chips = series.map((one, k) => {
        const value = make("span", { class: "value" });
        const chip = make("button", { type: "button", class: "chip", title: this.texts.toggle });
        chip.innerHTML = swatch(looks[k], looks[k].color);
        chip.append(make("span", { class: "name" }, one.name), value);
        chip.addEventListener("click", () => this.actions.toggle(k));
        chip.addEventListener("dblclick", () => this.actions.solo(k));
        return { chip, value };
      });
      this.legend.replaceChildren(...this.chips.map(({ chip }) => chip));
    }
    series.forEach((one, k) => this.chips[k].chip.setAttribute("aria-pressed", String(!hidden.has(one.id))));
  }

  /** Called in each frame, but while playing writes only 20 times a second: nobody reads faster, and layout costs. */
  show(clock, series, now) {
    if (clock.playing && this.shownPlaying && now - this.shownAt < 50) return;
    this.shownAt = now;
    const { texts } = this;
    const step = Math.min(clock.step, clock.steps);
    if (this.scrub.max !== String(clock.steps)) this.scrub.max = clock.steps;
    if (this.scrub.value !== String(step)) this.scrub.value = step;
    const done = `${clock.steps ? (100 * clock.shown) / clock.steps : 100}%`;
    this.scrub.style.setProperty("--done", done);
    const count = fillIn(texts.step, { n: stepText(step, texts), N: stepText(clock.steps, texts) });
    setText(this.count, count);
    if (this.scrub.getAttribute("aria-valuetext") !== count) this.scrub.setAttribute("aria-valuetext", count);
    if (this.shownPlaying !== clock.playing) {
      this.shownPlaying = clock.playing;
      const word = clock.playing ? "pause" : "play";
      this.play.innerHTML = icon(word);
      this.play.title = texts[word];
      this.play.setAttribute("aria-label", texts[word]);
    }
    this.loop.setAttribute("aria-pressed", String(clock.loop));
    if (this.speed.value !== String(clock.speed)) this.speed.value = clock.speed;
    series.forEach((one, k) => {
      setText(this.chips[k].value, this.valueAt(one, step));
      this.chips[k].value.classList.toggle("over", this.isOver(one, step));
    });
  }

  isOver(one, step) {
    return one.diverged != null && step >= one.count - 1;
  }

  valueAt(one, step) {
    const last = one.count - 1;
    if (last < 0) return ""; // a curve without a loss
    if (this.isOver(one, step)) return fillIn(this.texts.diverged, { n: stepText(one.diverged, this.texts) });
    return liveNumber(one.value[Math.min(step, last)]);
  }

  /** A sentence for those who hear the page: only when the picture rests. */
  say(clock, series, hidden) {
    const shown = series.filter((one) => !hidden.has(one.id));
    const parts = shown.map((one) => `${one.name} ${this.valueAt(one, clock.step)}`);
    setText(this.live, [this.count.textContent, ...parts].join("; "));
  }

  tell(lines, x, y, width) {
    this.tip.hidden = !lines;
    if (!lines) return;
    if (this.told !== lines.join("\n")) {
      this.told = lines.join("\n");
      this.tip.replaceChildren(...lines.map((line) => make("div", {}, line)));
    }
    const right = x < width / 2;
    this.tip.style.left = right ? `${x + 14}px` : "auto";
    this.tip.style.right = right ? "auto" : `${width - x + 14}px`;
    this.tip.style.top = `${Math.max(0, y - 40)}px`;
  }
}
