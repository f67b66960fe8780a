// @ts-check
// Names as a map writes them: without what the map already says.

const SUFFIX = /(?:村民委员会|居民委员会|社区居委会|村委会|居委会|委会)$/;

/**
 * @param {string} name 王公庄村委会
 * @returns {string} 王公庄村
 */
export function shortDivision(name) {
  if (/社区居(?:民委员|委)会$/.test(name)) return name.replace(/居(?:民委员|委)会$/, "");
  const bare = name.replace(SUFFIX, "");
  if (bare === name || !bare) return name;
  return /村(?:民委员|委)会$/.test(name) && !bare.endsWith("村") ? `${bare}村` : bare;
}

/**
 * @param {string} name of the grid
 * @param {string} division name of the division that it lies in
 * @param {string} code
 * @returns {[string, string]} the part of the name that tells it from its neighbours, and the
 *   same in few characters
 */
export function shortGrid(name, division, code) {
  for (const prefix of [division, shortDivision(division)]) {
    if (prefix && name.length > prefix.length && name.startsWith(prefix)) {
      const rest = name.slice(prefix.length);
      return [rest, rest.replace(/^第/, "").replace(/(?:网格|村民小组|小组)$/, "") || code.slice(-3)];
    }
  }
  return [name, name];
}
