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
  return answerOf(url, { signal, headers: { Accept: "application/json" } });
}

/** What proves to the server that a request comes from a page of its own. */
let proof = "";

/** @param {string | null} token of the session, which changes with it */
export function keepProof(token) {
  proof = token ?? "";
}

/**
 * Changes something on the server.
 * @param {"POST" | "PUT" | "PATCH" | "DELETE"} method
 * @param {string} path on this server
 * @param {any} [body]
 * @param {{match?: string, signal?: AbortSignal, isLast?: boolean}} [options] `match`: the ETag of
 *   what is changed; `isLast`: to be sent even while the page closes
 * @returns {Promise<any>} null where the server has nothing to tell
 */
export function sendJson(method, path, body, { match, signal, isLast = false } = {}) {
  /** @type {Record<string, string>} */
  const headers = { Accept: "application/json", "Content-Type": "application/json", "X-Gridmap-CSRF": proof };
  if (match) headers["If-Match"] = match;
  const sent = body === undefined ? undefined : JSON.stringify(body);
  return answerOf(new URL(path, document.baseURI), { method, headers, body: sent, signal, keepalive: isLast });
}

/**
 * @param {URL} url
 * @param {RequestInit} request
 * @returns {Promise<any>}
 */
async function answerOf(url, request) {
  let response;
  try {
    response = await fetch(url, request);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ProblemError(0, null);
  }
  if (!response.ok) throw new ProblemError(response.status, await problemOf(response));
  if (response.status === 204) return null;
  try {
    return await response.json();
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    // Cut off in the middle, or the page of some box in between.
    throw new ProblemError(0, null);
  }
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

/**
 * Sends a file as it is, and tells how far it has come.
 * @param {string} path on this server
 * @param {Blob} file
 * @param {Record<string, string | null>} query
 * @param {(share: number) => void} told from 0 to 1
 * @returns {Promise<any>}
 */
export function sendFile(path, file, query, told) {
  const url = new URL(path, document.baseURI);
  for (const [key, value] of Object.entries(query)) if (value !== null) url.searchParams.set(key, value);
  // Not fetch: it does not tell how much of a body has gone out.
  const request = new XMLHttpRequest();
  request.open("POST", url);
  request.responseType = "json";
  for (const [name, value] of [["Accept", "application/json"], ["Content-Type", "application/octet-stream"], ["X-Gridmap-CSRF", proof]]) {
    request.setRequestHeader(name, value);
  }
  return new Promise((settle, fail) => {
    request.upload.onprogress = ({ loaded, total }) => told(total ? loaded / total : 1);
    request.onload = () => {
      if (request.status < 300) settle(request.response);
      else fail(new ProblemError(request.status, request.response));
    };
    request.onerror = () => fail(new ProblemError(0, null));
    request.send(file);
  });
}
