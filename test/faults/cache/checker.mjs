// @ts-check
/** @import { Change } from './truth.mjs' */
/** @import { Resolved } from './instance/writer.mjs' */

/**
 * @typedef {object} Read
 * @property {number} instance
 * @property {number} index of the key
 * @property {number} version served; -1: the read failed
 * @property {number} startMs
 * @property {number} endMs
 *
 * @typedef {object} Evidence
 * @property {readonly Read[]} reads
 * @property {readonly Resolved[]} resolved invalidations, in the order of their resolution per key
 * @property {readonly Change[]} changes of the truth
 * @property {readonly number[]} versions in the truth at the end, by key
 * @property {number} writer instance that invalidated
 * @property {number} faultFromMs
 * @property {number} healedMs from here on everything must be right again
 *
 * @typedef {object} StaleRead
 * @property {Read} read
 * @property {number} ageMs for how long the served version had been forbidden when the read began
 * @property {boolean} isDuringFault
 *
 * @typedef {ReturnType<typeof check>} Findings
 */

/**
 * How long another instance may go on serving what was invalidated: as long as the cache promises to take to notice
 * that messages do not arrive, which is also the longest that one may be under way unnoticed. How long they do
 * take is measured by the bench; here it is a figure, `slowestDeliveryMs`.
 */
export const DELIVERY_MS = 500;

/**
 * Holds every read against the truth: a version is stale from the moment on at which the invalidation of a
 * newer one has resolved; in the invalidating process at once, elsewhere after {@link DELIVERY_MS}.
 * @param {Evidence} evidence
 */
export function check({ reads, resolved, changes, versions, writer, faultFromMs, healedMs }) {
  const forbidden = timeline(
    resolved.flatMap(({ indices, versions: newer, atMs }) =>
      indices.map((index, i) => ({ index, version: newer[i] ?? 0, atMs })),
    ),
  );
  const changed = timeline(changes);
  const isDuringFault = (/** @type {Read} */ { startMs }) =>
    startMs >= faultFromMs && startMs < healedMs;

  const answered = reads.filter(({ version }) => version >= 0);
  const outdated = answered.flatMap((read) => {
    const since = firstNewer(forbidden.get(read.index), read.version);
    const ageMs = read.startMs - (since?.atMs ?? Infinity);
    return ageMs > 0 ? [{ read, ageMs, isDuringFault: isDuringFault(read) }] : [];
  });
  const stale = outdated.filter(
    ({ read, ageMs }) => read.instance === writer || ageMs > DELIVERY_MS,
  );
  const during = reads.filter(isDuringFault);
  const cached = cachedReads(answered, changed).filter(isDuringFault);
  return {
    stale,
    figures: {
      reads: reads.length,
      failed: reads.length - answered.length,
      // Of another key, or of a version that there never was.
      wrong: answered.filter(({ index, version }) => version > (versions[index] ?? 0)).length,
      stale: stale.filter((one) => !one.isDuringFault).length,
      ownStale: stale.filter(({ read }) => read.instance === writer).length,
      staleDuring: stale.filter((one) => one.isDuringFault).length,
      stalestDuringMs: oldest(outdated.filter((one) => one.isDuringFault)),
      slowestDeliveryMs: oldest(outdated.filter((one) => !one.isDuringFault)),
      readsDuring: during.length,
      cachedDuring: cached.length,
      p99Ms: percentile(cached.map(durationMs), 0.99),
      p99AllMs: percentile(during.map(durationMs), 0.99),
      maxMs: percentile(reads.map(durationMs), 1),
      invalidationsDuring: resolved.filter(({ atMs }) => atMs >= faultFromMs && atMs < healedMs)
        .length,
      invalidationsAfter: resolved.filter(({ atMs }) => atMs >= healedMs).length,
    },
  };
}

/**
 * The reads whose value the process had in its memory, or could have had: it had answered the key before with
 * the version that was in the truth still when the read began.
 * @param {readonly Read[]} reads @param {Map<number, Change[]>} changed
 */
function cachedReads(reads, changed) {
  /** @type {Map<string, { version: number, endMs: number }>} */
  const seen = new Map();
  const byStart = reads.toSorted((a, b) => a.startMs - b.startMs);
  const byEnd = reads.toSorted((a, b) => a.endMs - b.endMs);
  let ended = 0;
  return byStart.filter((read) => {
    for (let past = byEnd[ended]; past && past.endMs < read.startMs; past = byEnd[(ended += 1)]) {
      const key = `${past.instance}:${past.index}`;
      const best = seen.get(key);
      if (best === undefined || best.version < past.version) seen.set(key, past);
    }
    const known = seen.get(`${read.instance}:${read.index}`);
    if (known === undefined) return false;
    const changedAtMs = firstNewer(changed.get(read.index), known.version)?.atMs ?? Infinity;
    return changedAtMs > read.startMs;
  });
}

/** @param {readonly StaleRead[]} reads */
function oldest(reads) {
  return round(Math.max(0, ...reads.map(({ ageMs }) => ageMs)));
}

/** By key, in the order of their versions. @param {readonly Change[]} changes */
function timeline(changes) {
  /** @type {Map<number, Change[]>} */
  const byKey = new Map();
  for (const change of changes) {
    const known = byKey.get(change.index);
    if (known === undefined) byKey.set(change.index, [change]);
    else known.push(change);
  }
  for (const known of byKey.values()) known.sort((a, b) => a.version - b.version);
  return byKey;
}

/** @param {readonly Change[] | undefined} changes @param {number} version */
function firstNewer(changes, version) {
  return changes?.find((change) => change.version > version);
}

/** @param {Read} read */
const durationMs = ({ startMs, endMs }) => endMs - startMs;

/** 0 of nothing. @param {readonly number[]} values @param {number} share */
export function percentile(values, share) {
  if (values.length === 0) return 0;
  const sorted = values.toSorted((a, b) => a - b);
  return round(sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0);
}

/** @param {number} value */
export const round = (value) => Math.round(value * 10) / 10;
