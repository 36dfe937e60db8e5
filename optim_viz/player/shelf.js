// Where a constant carrier (this code, the surfaces) and its players (the paths) meet: one object on `window` per version.
import { Player } from "./player.js";
import { unpackPaths, unpackSurface } from "./unpack.js";

const KEPT = 16;

const equal = (data, before) => data.length === before?.length && data.every((byte, k) => byte === before[k]);

export class Shelf {
  constructor(texts, css) {
    Object.assign(this, { texts, css, surfaces: new Map(), places: new Set() });
  }

  /** A surface has come: those who wait for it are drawn. */
  addSurface(data) {
    if (equal(data, this.last)) return; // a part of the page ran again and sent what is here already
    this.last = data.slice();
    const surface = unpackSurface(data);
    this.surfaces.delete(surface.key);
    this.surfaces.set(surface.key, surface);
    while (this.surfaces.size > KEPT) this.surfaces.delete(this.surfaces.keys().next().value);
    for (const place of this.places) if (place.paths.surface === surface.key) this.show(place);
  }

  /** Paths have come for the player that lives in `host`; called again with each change. */
  mount(host, data, onStart, onStep, onRest) {
    let place = host.optimViz;
    if (place?.shelf !== this) {
      place?.player.destroy();
      place = host.optimViz = { shelf: this, player: new Player(host, this.texts, this.css), turn: 0 };
    }
    const known = equal(data, place.data);
    if (!known) Object.assign(place, { paths: unpackPaths(data), data: data.slice() });
    place.player.onStart = place.paths.start_mode ? onStart : null;
    place.player.onStep = place.paths.listen ? onStep : onRest;
    this.places.add(place);
    if (!known) this.show(place);
    const turn = (place.turn += 1);
    return () => setTimeout(() => { // the platform also cleans up after a run that another has overtaken
      const element = host.host ?? host;
      if (place.turn !== turn || element.isConnected) return;
      this.places.delete(place);
      place.player.destroy();
      delete host.optimViz;
    }, 300);
  }

  /** Never an old surface under new paths: without the right one the picture stays as it is. */
  show(place) {
    const surface = this.surfaces.get(place.paths.surface);
    if (surface) place.player.update(place.paths, surface);
  }
}

export const decode = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
