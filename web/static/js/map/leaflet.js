// @ts-check
// Leaflet as a module. Folium's shell loads it as a script, and a second copy would not know the
// first one's maps; this file is the one place that reads the global.

/** @type {any} */
export const L = /** @type {any} */ (globalThis).L;
