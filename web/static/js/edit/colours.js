// @ts-check
// Colours of the editor's map. Amber is what the draft changes, magenta what is chosen, violet what
// is drawn, red what is wrong; each also differs in form.

export const EDIT_COLOURS = {
  kinds: { rural: "#f3f6ea", community: "#e7eff9", exclusive: "#f6e3c8" },
  actions: { create: "#d8f0d2", modify: "#fdebb8" },
  changed: "#a45a00",
  ghost: "rgba(253, 235, 184, 0.96)",
  chosen: "#d1005c",
  chosenFill: "rgba(209, 0, 92, 0.07)",
  marked: "#0b6e4f",
  markedFill: "rgba(11, 110, 79, 0.14)",
  hover: "rgba(209, 0, 92, 0.05)",
  casing: "rgba(255, 255, 255, 0.9)",
  corner: "#d1005c",
  middle: "rgba(209, 0, 92, 0.55)",
  drawn: "#5b2bc0",
  drawnFill: "rgba(91, 43, 192, 0.14)",
  snap: "#0b4a9e",
  fault: "#b3261e",
  faultFill: "rgba(179, 38, 30, 0.35)",
  past: { created: "#d8f0d2", modified: "#e6dcf5", retired: "#f4d9d6", same: "#f7f5fb" },
  pastLine: "#4b2a8c",
  moved: "rgba(11, 74, 158, 0.28)",
};
