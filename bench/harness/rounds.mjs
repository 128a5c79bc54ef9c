// @ts-check

/**
 * Runs every side once per round, in an order drawn anew for each round, so that what the machine does
 * besides, and what one side leaves behind, falls on all alike.
 * @template {string} Side
 * @template Result
 * @param {object} plan
 * @param {readonly Side[]} plan.sides
 * @param {number} plan.rounds
 * @param {number} [plan.warmUps] rounds before that are not counted
 * @param {(side: Side, round: number) => Promise<Result>} plan.run `round` counts from 0, below 0 are warm-ups
 * @param {(text: string) => void} [plan.progress]
 * @returns {Promise<Record<Side, Result[]>>} in the order of the rounds
 */
export async function interleave({ sides, rounds, warmUps = 0, run, progress }) {
  /** @type {[Side, Result[]][]} */
  const empty = sides.map((side) => [side, []]);
  const results = /** @type {Record<Side, Result[]>} */ (Object.fromEntries(empty));
  for (let round = -warmUps; round < rounds; round += 1) {
    progress?.(round < 0 ? 'warm-up' : `round ${round + 1} of ${rounds}`);
    for (const side of shuffled(sides)) {
      const result = await run(side, round);
      if (round >= 0) results[side].push(result);
    }
  }
  return results;
}

/** @template T @param {readonly T[]} items @returns {T[]} */
function shuffled(items) {
  return items
    .map((item) => ({ item, order: Math.random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ item }) => item);
}
