// @ts-check
// Stands in for live.js in a map that is one file: nothing comes after it was made.

export const openLive = () => ({ close: () => {} });
