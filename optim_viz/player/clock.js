// Time: a position in steps (with a fraction while playing), and nothing else.

/** Seconds a whole path takes at speed 1: 30 steps in 5, 500 in 10. */
export function secondsFor(steps) {
  if (steps <= 30) return Math.max(steps, 1) / 6;
  return Math.min(5 + (5 * Math.log(steps / 30)) / Math.log(500 / 30), 14);
}

export class Clock {
  steps = 0;
  at = 0;
  playing = false;
  loop = false;
  speed = 1;

  /** New data: keep the step; what showed the end shows the new end. */
  resize(steps) {
    const ended = this.at >= this.steps && !this.playing;
    this.at = ended ? steps : Math.min(this.at, steps);
    this.steps = steps;
  }

  get step() {
    return Math.floor(this.at + 1e-9);
  }

  goTo(step) {
    this.at = Math.min(Math.max(step, 0), this.steps);
  }

  move(steps) {
    this.playing = false;
    this.goTo(steps < 0 ? Math.ceil(this.at - 1e-9) + steps : this.step + steps);
  }

  toggle() {
    this.playing = !this.playing && this.steps > 0;
    if (this.playing && this.at >= this.steps) this.at = 0;
  }

  /** Advance by real seconds; the end is shown for a moment before a loop begins again. */
  tick(seconds) {
    if (!this.playing) return;
    this.at += (seconds * this.speed * this.steps) / secondsFor(this.steps);
    if (this.at < this.steps) return;
    const pause = (this.steps / secondsFor(this.steps)) * 0.9 * this.speed;
    if (this.loop && this.at < this.steps + pause) return;
    this.at = this.loop ? 0 : this.steps;
    this.playing = this.loop;
  }

  /** What is shown: never beyond the last step. */
  get shown() {
    return Math.min(this.at, this.steps);
  }
}
