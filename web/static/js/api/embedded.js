// @ts-check
// Stands in for client.js in a map that is one file: the answers are in the file, packed.

export class ProblemError extends Error {
  /**
   * @param {number} status
   * @param {any} problem
   */
  constructor(status, problem) {
    super(problem?.detail ?? "not in this file");
    this.status = status;
    this.problem = problem;
  }

  /**
   * @param {"zh" | "en"} lang
   * @returns {string}
   */
  text(lang) {
    return (lang === "zh" && this.problem?.detail_zh) || this.message;
  }
}

/** @type {Promise<Record<string, any>> | null} */
let unpacked = null;

/** @returns {Promise<Record<string, any>>} path → what the server answered there */
function answers() {
  unpacked ??= unpack(document.getElementById("answers")?.textContent ?? "");
  return unpacked;
}

/**
 * @param {string} packed JSON, gzipped, in base 64
 * @returns {Promise<any>}
 */
export async function unpack(packed) {
  const bytes = Uint8Array.from(atob(packed.trim()), (char) => char.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).json();
}

/**
 * The days and the category are those of the file: a query changes nothing.
 * @param {string} path
 * @returns {Promise<any>}
 */
export async function getJson(path) {
  const found = (await answers())[path.split("?")[0]];
  if (found === undefined) throw absent();
  return found;
}

export async function sendJson() {
  throw absent();
}

export function keepProof() {}

function absent() {
  return new ProblemError(404, {
    detail: "This map is a file; it holds no more than it shows.",
    detail_zh: "本地图为离线文件，未包含此内容。",
  });
}
