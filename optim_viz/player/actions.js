// What a player can be told to do (buttons and keys share it), and what can be read off it.
import { savePicture } from "./picture.js";

export function actionsOf(player) {
  const act = (change) => (...values) => { if (player.ready) { change(...values); player.redraw(); player.rest(); } };
  const { clock } = player;
  return {
    play: act(() => clock.toggle()),
    move: act((steps) => clock.move(steps)),
    back: act(() => clock.move(-1)),
    forward: act(() => clock.move(1)),
    restart: act(() => clock.goTo(0)),
    scrub: act((step) => { clock.playing = false; clock.goTo(step); }),
    speed: act((speed) => { clock.speed = speed; }),
    loop: act(() => { clock.loop = !clock.loop; }),
    field: act(() => { player.field = !player.field; player.showField(); player.painter.spoil("still"); }),
    zoom_in: act(() => player.camera.zoomBy(1.5)),
    zoom_out: act(() => player.camera.zoomBy(1 / 1.5)),
    zoom_reset: act(() => player.camera.reset()),
    fullscreen: act(() => (player.fullscreenOn() ? document.exitFullscreen() : player.root.requestFullscreen())
      .catch(() => {})), // a browser may refuse
    save_png: act(() => savePicture(player)),
    toggle: act((k) => player.hide(player.hidden.has(player.id(k)) ? "show" : "hide", k)),
    solo: act((k) => player.hide("solo", k)),
  };
}

/** Read-only, for tests and measurements. */
export function readingsOf(player) {
  const { clock } = player, now = (read) => ({ get: read, enumerable: true });
  return Object.defineProperties({}, {
    step: now(() => clock.step), at: now(() => clock.shown), steps: now(() => clock.steps),
    playing: now(() => clock.playing), zoom: now(() => player.camera.view?.zoom ?? 1), speed: now(() => clock.speed),
    loop: now(() => clock.loop), hidden: now(() => [...player.hidden]), painted: now(() => player.painted),
    fps: now(() => player.frames.length), surface: now(() => player.surface?.key), plot: now(() => ({ ...player.frame?.plot })), unit: now(() => player.unit), contrast: now(() => player.theme.soft === player.theme.text),
    pixel: now(() => (x, y) => [player.painter.toX(x) * player.unit, player.painter.toY(y) * player.unit]),
  });
}
