// @ts-check
// What can wait until the first picture is on the screen: fonts, figures, names.

/** A page that is not looked at gets no pictures; it does not wait for them for ever. */
const PATIENCE_MS = 1000;

/** @returns {Promise<void>} when the browser has shown what was painted until now */
export function shown() {
  return new Promise((settle) => {
    const timer = window.setTimeout(settle, document.hidden ? 0 : PATIENCE_MS);
    const seen = () => {
      window.clearTimeout(timer);
      // In a task of its own, so that what follows is not in the way of this picture.
      window.setTimeout(settle);
    };
    // One picture is being made, one is drawn where there is no graphics card, and then it is seen.
    requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(seen)));
  });
}

/** Takes the style sheets of the fonts out of the page's template; until then text is in the machine's. */
export function fetchFonts() {
  const held = document.querySelector("template#fonts");
  if (!(held instanceof HTMLTemplateElement)) return;
  document.head.append(held.content);
  held.remove();
}
