// @ts-check

/**
 * A call that was let through: between these two moments, on a clock that all processes share.
 * @typedef {object} Admission
 * @property {string} subject
 * @property {number} sentMs
 * @property {number} answeredMs
 * @property {number} cost
 */

/**
 * The most units of one subject that surely lie within one stretch of that length: those of calls that were sent after
 * its beginning and answered before its end. A stretch with most of them begins where a call was sent.
 * @param {readonly Admission[]} admissions @param {number} windowMs
 */
export function mostInAnyWindow(admissions, windowMs) {
  return Math.max(
    0,
    ...[...bySubject(admissions).values()].map((calls) => mostOfOne(calls, windowMs)),
  );
}

/** @param {readonly Admission[]} calls @param {number} windowMs */
function mostOfOne(calls, windowMs) {
  const bySent = calls.toSorted((a, b) => a.sentMs - b.sentMs);
  let most = 0;
  bySent.forEach(({ sentMs }, first) => {
    const endMs = sentMs + windowMs;
    let units = 0;
    for (let i = first; i < bySent.length; i += 1) {
      const call = bySent[i];
      if (call === undefined || call.sentMs >= endMs) break;
      if (call.answeredMs < endMs) units += call.cost;
    }
    most = Math.max(most, units);
  });
  return most;
}

/** @param {readonly Admission[]} admissions @returns {Map<string, Admission[]>} */
function bySubject(admissions) {
  /** @type {Map<string, Admission[]>} */
  const groups = new Map();
  for (const admission of admissions) {
    const group = groups.get(admission.subject);
    if (group === undefined) groups.set(admission.subject, [admission]);
    else group.push(admission);
  }
  return groups;
}
