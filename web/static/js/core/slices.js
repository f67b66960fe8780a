// @ts-check
// Long work in small steps: generators that pause now and then, and the one who lets them go on.

/**
 * @template T
 * @typedef {Generator<void, T, void>} Steps pauses where it may be interrupted
 */

/**
 * @template T
 * @param {T | Steps<T>} work
 * @returns {T} the result of all of it, without a pause
 */
export function finish(work) {
  if (!isSteps(work)) return /** @type {T} */ (work);
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

/**
 * @template T
 * @param {T | Steps<T>} work
 * @returns {Steps<T>} the same, whether it pauses or not
 */
export function* stepsOf(work) {
  return isSteps(work) ? yield* work : /** @type {T} */ (work);
}

/**
 * Go on until it is late.
 * @template T
 * @param {Steps<T>} steps
 * @param {() => boolean} isLate looked at after every step; at least one is done
 * @returns {{done: boolean, value: T | undefined}}
 */
export function advance(steps, isLate) {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return { done: true, value };
    if (isLate()) return { done: false, value: undefined };
  }
}

/**
 * @template T
 * @param {T | Steps<T>} work
 * @returns {work is Steps<T>}
 */
function isSteps(work) {
  return typeof work === "object" && work !== null && "next" in work;
}
