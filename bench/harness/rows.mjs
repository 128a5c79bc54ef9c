// @ts-check
import { median, rounded, spreadOf } from './statistics.mjs';

/**
 * One line of the document that `npm run bench -- <area> --json` prints.
 * @typedef {object} Row
 * @property {string} case
 * @property {number} ours median over the rounds
 * @property {string} peer `name@version`, or what else stands on the other side
 * @property {number} theirs median over the rounds
 * @property {string} unit of `ours` and `theirs`
 * @property {number} ratio how many times better than theirs: median of the ratios of each round
 * @property {number} target the least `ratio`; of a row with an absolute limit: the greatest `ours`
 * @property {number} rounds
 * @property {[number, number]} spread of what `target` is compared with, over the rounds
 * @property {boolean} pass
 */

/**
 * Both sides of a row, round by round.
 * @typedef {object} Figures
 * @property {string} name
 * @property {string} peer
 * @property {string} unit
 * @property {readonly number[]} ours
 * @property {readonly number[]} theirs as many
 */

/**
 * A row whose target is a ratio. Each round gives one: what disturbs the machine for a while disturbs both
 * sides of it.
 * @param {Figures & { better: 'higher' | 'lower', target: number }} figures
 * @returns {Row}
 */
export function ratioRow({ better, target, ...figures }) {
  const ratios = ratiosOf(figures, better);
  const ratio = median(ratios);
  return row(figures, ratio, target, ratios, ratio >= target);
}

/**
 * A row whose target is a limit that `ours` must not pass: milliseconds, loads.
 * @param {Figures & { limit: number, every?: boolean, broken?: boolean }} figures `every`: no single round may
 *   pass it, instead of their median; `broken`: another part of the promise did not hold
 * @returns {Row}
 */
export function limitRow({ limit, every = false, broken = false, ...figures }) {
  const decisive = every ? Math.max(...figures.ours) : median(figures.ours);
  const ratio = median(ratiosOf(figures, 'lower'));
  return row(figures, ratio, limit, figures.ours, decisive <= limit && !broken);
}

/** @param {Figures} figures @param {'higher' | 'lower'} better */
function ratiosOf({ name, ours, theirs }, better) {
  if (ours.length === 0 || ours.length !== theirs.length)
    throw new RangeError(`${name}: ${ours.length} rounds of ours, ${theirs.length} of theirs`);
  return ours.map((our, round) => {
    const their = theirs[round] ?? NaN;
    return better === 'higher' ? our / their : their / our;
  });
}

/**
 * @param {Figures} figures @param {number} ratio @param {number} target
 * @param {readonly number[]} compared @param {boolean} pass
 * @returns {Row}
 */
function row({ name, peer, unit, ours, theirs }, ratio, target, compared, pass) {
  const [least, greatest] = spreadOf(compared);
  return {
    case: name,
    ours: rounded(median(ours)),
    peer,
    theirs: rounded(median(theirs)),
    unit,
    ratio: rounded(ratio),
    target,
    rounds: ours.length,
    spread: [rounded(least), rounded(greatest)],
    pass,
  };
}

/** @param {readonly Row[]} rows @returns {string} for people */
export function tableOf(rows) {
  const head = ['case', 'ours', 'theirs', 'unit', 'ratio', 'target', 'spread', '', 'peer'];
  const lines = rows.map((row) => [
    row.case,
    readable(row.ours),
    readable(row.theirs),
    row.unit,
    String(row.ratio),
    String(row.target),
    row.spread.map(readable).join('–'),
    row.pass ? 'pass' : 'MISS',
    row.peer,
  ]);
  const all = [head, ...lines];
  const widths = head.map((_, column) => Math.max(...all.map((line) => line[column]?.length ?? 0)));
  return all
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** @param {number} value */
function readable(value) {
  return value >= 10_000 ? Math.round(value).toLocaleString('en-US') : String(value);
}
