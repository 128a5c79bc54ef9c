import { plainText } from '../formats/plain-text.js';
import type { ParsedTrade, RowOutcome } from '../formats/trade-row.js';
import type { ImportRow, RowError } from './imports.table.js';

/** Of a file: the others are counted. */
export const MAX_KEPT_ERRORS = 100;
/** Different words for what is no trade; further ones are {@link OTHER_REASON}. */
const MAX_REASONS = 30;
const OTHER_REASON = 'other';
const MAX_TEXT_LENGTH = 80;

export interface NumberedTrade {
  readonly line: number;
  readonly trade: ParsedTrade;
}

/** What an import says of the lines so far. */
export type ImportTally = Pick<
  ImportRow,
  'bytesRead' | 'rowsRead' | 'skipped' | 'failed' | 'skippedReasons' | 'errors'
>;

/** Lines that are stored together. */
export class ImportBatch {
  readonly #trades: NumberedTrade[] = [];
  #tally: ImportTally;
  #size = 0;

  /** @param before what the lines up to here came to */
  constructor(before: ImportTally) {
    this.#tally = before;
  }

  get size(): number {
    return this.#size;
  }

  get trades(): readonly NumberedTrade[] {
    return this.#trades;
  }

  /** Including the lines of this batch. */
  get tally(): ImportTally {
    return this.#tally;
  }

  add(line: number, bytesRead: number, outcome: RowOutcome): void {
    this.#size += 1;
    const { rowsRead } = this.#tally;
    this.#tally = { ...tallyOf(this.#tally, line, outcome), bytesRead, rowsRead: rowsRead + 1 };
    if (outcome.kind === 'trade') this.#trades.push({ line, trade: outcome.trade });
  }
}

function tallyOf(before: ImportTally, line: number, outcome: RowOutcome): ImportTally {
  switch (outcome.kind) {
    case 'trade':
      return before;
    case 'skipped':
      return {
        ...before,
        skipped: before.skipped + 1,
        skippedReasons: countReason(before.skippedReasons, outcome.reason),
      };
    case 'error':
      return {
        ...before,
        failed: before.failed + 1,
        errors: keepError(before.errors, {
          line,
          column: outcome.column === null ? null : plainText(outcome.column, MAX_TEXT_LENGTH),
          message: outcome.message,
        }),
      };
  }
}

function countReason(reasons: Record<string, number>, text: string): Record<string, number> {
  const named = plainText(text, MAX_TEXT_LENGTH);
  const isKnown = Object.hasOwn(reasons, named);
  const reason = isKnown || Object.keys(reasons).length < MAX_REASONS ? named : OTHER_REASON;
  const count = Object.hasOwn(reasons, reason) ? (reasons[reason] ?? 0) : 0;
  return Object.fromEntries([...Object.entries(reasons), [reason, count + 1]]);
}

function keepError(errors: RowError[], error: RowError): RowError[] {
  return errors.length < MAX_KEPT_ERRORS ? [...errors, error] : errors;
}
