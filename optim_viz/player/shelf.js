// Where a constant carrier (this code, the surfaces) and its players (the paths) meet: one object on `window` per version.
import { Player } from "./player.js";
import { unpackPaths, unpackSurface } from "./unpack.js";

const KEPT = 16;

export class Shelf {
  constructor(texts, css) {
    Object.assign(this, { texts, css, surfaces: new Map(), places: new Set() });
  }

  /** A surface has come: those who wait for it are drawn. */
  addSurface(data) {
    const surface = unpackSurface(data);
    this.surfaces.delete(surface.key);
    this.surfaces.set(surface.key, surface);
    while (this.surfaces.size > KEPT) this.surfaces.delete(this.surfaces.keys().next().value);
    for (const place of this.places) if (place.paths.surface === surface.key) this.show(place);
  }

  /** Paths have come for the player that lives in `host`; called again with each change. */
  mount(host, data, onStart) {
    let place = host.optimViz;
    if (place?.shelf !== this) {
      place?.player.destroy();
      place = host.optimViz = { shelf: this, player: new Player(host, this.texts, this.css), turn: 0 };
    }
    place.paths = unpackPaths(data);
    place.player.onStart = place.paths.start_mode ? onStart : null;
    this.places.add(place);
    this.show(place);
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
