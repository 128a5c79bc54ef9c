// @ts-check
/**
 * What the tests of `src/threads` let a thread do.
 * @param {{ turns: number, hold?: number, fail?: string }} input
 * @returns {number}
 */
export default function work({ turns, hold = 0, fail }) {
  if (fail !== undefined) throw new Error(fail);
  const held = Array.from({ length: hold }, (_, i) => new Array(100_000).fill(i));
  let sum = held.length;
  for (let i = 0; i < turns; i += 1) sum = (sum + i * 7) % 1_000_003;
  return sum;
}
