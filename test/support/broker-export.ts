import { parse } from 'csv-parse/sync';
import { detectFormat } from '../../src/modules/journal/formats/detect-format.js';
import type { ParsedTrade, RowOutcome } from '../../src/modules/journal/formats/trade-row.js';

export interface ReadExport {
  readonly format: string | undefined;
  readonly outcomes: RowOutcome[];
}

/** What is read of the text of a broker's export. */
export function readExport(text: string): ReadExport {
  const [header = [], ...rows] = linesOf(text);
  const detected = detectFormat(header);
  return {
    format: detected?.format,
    outcomes: rows.map((row) => detected?.readRow(row)).filter((outcome) => outcome !== undefined),
  };
}

const linesOf = (text: string): string[][] =>
  parse(text, { bom: true, relax_column_count: true, skip_empty_lines: true, trim: true });

/** A trade with its figures as text, to compare. */
export const shownTrade = ({ quantity, price, fee, executedAt, ...rest }: ParsedTrade) => ({
  ...rest,
  ...{ quantity: quantity.toFixed(), price: price.toFixed(), fee: fee.toFixed() },
  executedAt: executedAt.toISOString(),
});
