// @ts-check
// The only place that talks to the server. It returns data or throws a ProblemError.

export class ProblemError extends Error {
  /**
   * @param {number} status HTTP status; 0 where the server did not answer
   * @param {any} problem RFC 9457 document, or null
   */
  constructor(status, problem) {
    super(problem?.detail ?? problem?.title ?? `HTTP ${status}`);
    this.status = status;
    this.problem = problem;
  }

  /**
   * @param {"zh" | "en"} lang
   * @returns {string} what happened, in that language where the server says it
   */
  text(lang) {
    return (lang === "zh" && this.problem?.detail_zh) || this.message;
  }
}

/**
 * @param {string} path on this server
 * @param {{query?: Record<string, string | number | null>, signal?: AbortSignal}} [options]
 * @returns {Promise<any>}
 */
export async function getJson(path, { query = {}, signal } = {}) {
  const url = new URL(path, document.baseURI);
  for (const [key, value] of Object.entries(query)) {
    if (value !== null) url.searchParams.set(key, String(value));
  }
  let response;
  try {
    response = await fetch(url, { signal, headers: { Accept: "application/json" } });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ProblemError(0, null);
  }
  if (!response.ok) throw new ProblemError(response.status, await problemOf(response));
  return response.json();
}

/**
 * @param {Response} response
 * @returns {Promise<any>}
 */
async function problemOf(response) {
  try {
    return await response.json();
  } catch {
    return null;
  }
}
