// @ts-check

/**
 * Repeats `step` one after the other, so that a step may count on the one before.
 * @param {number} durationMs at least
 * @param {number} chunk how many steps between two looks at the clock
 * @param {(count: number) => Promise<void>} steps does so many
 * @returns {Promise<{ operations: number, ms: number }>}
 */
export async function inSequence(durationMs, chunk, steps) {
  const startedAt = performance.now();
  let operations = 0;
  let ms = 0;
  while (ms < durationMs) {
    await steps(chunk);
    operations += chunk;
    ms = performance.now() - startedAt;
  }
  return { operations, ms };
}

/**
 * Keeps so many steps under way, until the time is over and the last one is done.
 * @param {number} inFlight
 * @param {number} durationMs at least
 * @param {() => Promise<void>} step
 * @returns {Promise<{ operations: number, ms: number }>}
 */
export async function inParallel(inFlight, durationMs, step) {
  const startedAt = performance.now();
  const endsAt = startedAt + durationMs;
  let operations = 0;
  const lane = async () => {
    while (performance.now() < endsAt) {
      operations += 1;
      await step();
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  return { operations, ms: performance.now() - startedAt };
}

/** @param {number} ms @returns {Promise<void>} */
export function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Lets timers and sockets have their turn. @returns {Promise<void>} */
export function yieldToEvents() {
  return new Promise((resolve) => setImmediate(resolve));
}

/** On a clock that all processes of the machine share. @returns {number} ms, to the µs */
export function monotonicMs() {
  return Number(process.hrtime.bigint() / 1_000n) / 1_000;
}
