/**
 * Numbers for property tests, the same in every run.
 */

/**
 * `count` generators of numbers from 0 to 1 (mulberry32), each with a seed of its own.
 *
 * @param {number} count
 */
export function* random(count) {
  for (let seed = 1; seed <= count; seed++) yield generator(seed * 0x9e3779b1);
}

/** @param {number} state @returns {() => number} */
function generator(state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** @template T @param {T[]} choices @param {() => number} next @returns {T} */
export function sample(choices, next) {
  return choices[Math.floor(next() * choices.length)];
}
