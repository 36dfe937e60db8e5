// Icons: 24 by 24, drawn with the color of the text.

const SHAPE = {
  play: '<path d="M8 5.2v13.6L19 12z" fill="currentColor" stroke-linejoin="round"/>',
  pause: '<path d="M8 5.5v13M16 5.5v13" stroke-width="3.4"/>',
  back: '<path d="M17.5 6v12L9 12z" fill="currentColor"/><path d="M6.5 6v12"/>',
  forward: '<path d="M6.5 6v12L15 12z" fill="currentColor"/><path d="M17.5 6v12"/>',
  restart: '<path d="M5.5 12a6.8 6.8 0 1 0 2.2-5"/><path d="M7.8 3.2V7.4H12"/>',
  loop: '<path d="M17 3.5l3 3-3 3"/><path d="M20 6.5H8a4 4 0 0 0-4 4v1"/><path d="M7 20.5l-3-3 3-3"/><path d="M4 17.5h12a4 4 0 0 0 4-4v-1"/>',
  zoom_in: '<circle cx="10.5" cy="10.5" r="6"/><path d="M15 15l5 5M8 10.5h5M10.5 8v5"/>',
  zoom_out: '<circle cx="10.5" cy="10.5" r="6"/><path d="M15 15l5 5M8 10.5h5"/>',
  zoom_reset: '<path d="M4.5 9v-4.5h4.5M15 4.5h4.5v4.5M19.5 15v4.5h-4.5M9 19.5h-4.5v-4.5"/><circle cx="12" cy="12" r="2"/>',
  field: '<path d="M5 19L12 5M9 7.5L12 5l1 4M12 20l6-12M15.2 10L18 8l.8 3.6"/>',
  fullscreen: '<path d="M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5"/>',
  save_png: '<path d="M12 4v11M7.5 11l4.5 4.5 4.5-4.5M5 19.5h14"/>',
};

export function icon(name) {
  return `<svg viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor" stroke-width="1.9" `
    + `stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${SHAPE[name]}</svg>`;
}
