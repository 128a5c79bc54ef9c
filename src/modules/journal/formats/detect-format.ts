import { readGeneric } from './generic.format.js';
import { Header } from './header.js';
import { readSchwab } from './schwab.format.js';
import type { ImportFormat, RowReader } from './trade-row.js';
import { readTrading212 } from './trading212.format.js';

export interface DetectedFormat {
  readonly format: ImportFormat;
  readonly readRow: RowReader;
}

/** The brokers' own first: their headers would pass for a generic table as well. */
const READERS: readonly [ImportFormat, (header: Header) => RowReader | undefined][] = [
  ['schwab', readSchwab],
  ['trading212', readTrading212],
  ['generic', readGeneric],
];

/** How to read a file with this header; undefined when it cannot be one of trades. */
export function detectFormat(names: readonly string[]): DetectedFormat | undefined {
  const header = new Header(names);
  for (const [format, read] of READERS) {
    const readRow = read(header);
    if (readRow) return { format, readRow };
  }
  return undefined;
}
