// @ts-check
// An approved draft whose day is still to come: it is published on that day, by the server itself.

/** @typedef {import("../api/changesets.js").Changeset} Changeset */
/** @typedef {"submit" | "withdraw" | "approve" | "reject" | "publish" | "schedule" | "unschedule" | "rebase"} Step */

/**
 * @param {Pick<Changeset, "effective_from">} changeset
 * @param {string} today yyyy-mm-dd in China
 * @returns {boolean} whether it takes effect on a later day
 */
export const isLater = ({ effective_from }, today) => effective_from !== null && effective_from > today;

/**
 * Why it was not published on its day, in one's own language.
 * @param {"zh" | "en"} lang
 * @param {Pick<Changeset, "schedule_refusal">} changeset
 * @returns {string | null}
 */
export const refusalOf = (lang, { schedule_refusal: refusal }) =>
  refusal ? (lang === "zh" ? refusal.detail_zh : refusal.detail) : null;

/**
 * What stands on the button of a step.
 * @param {import("../ui/language.js").Language} language
 * @param {Step} step
 * @param {Pick<Changeset, "effective_from">} changeset
 */
export const stepWords = (language, step, { effective_from }) => language.say(`edit.${step}`, { day: effective_from ?? "" });
