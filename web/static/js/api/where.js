// @ts-check
// Which grid a position lies in.
import { getJson } from "./client.js";

/**
 * @param {AbortSignal} signal
 * @param {Record<string, string | number>} question
 */
export const locate = (signal, question) => getJson("/api/v1/locate", { query: question, signal });
