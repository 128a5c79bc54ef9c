import { CsvError, parse } from 'csv-parse/sync';
import { z } from 'zod';
import { badReplayFile } from '../market-data.errors.js';

/** One bar. Prices are whole steps of the series' price grid. */
export interface ReplayBar {
  /** As in the file: `2017-01-03`, or a date and time. */
  readonly date: string;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  /** Units traded, a decimal in text. */
  readonly volume: string;
}

/** The bars of one symbol, oldest first; at least one. */
export interface ReplaySeries {
  readonly symbol: string;
  /** Decimal places of the price grid: two, or as many as the file's most exact price has. */
  readonly decimals: number;
  readonly bars: readonly ReplayBar[];
}

const COLUMNS = ['date', 'open', 'high', 'low', 'close', 'volume'] as const;
const PRICE_COLUMNS = ['open', 'high', 'low', 'close'] as const;
const MIN_DECIMALS = 2;
/** At most 15 digits: as steps of the grid, such a price is an exact integer in a double. */
const PRICE = /^\d{1,7}(\.\d{1,8})?$/;
const VOLUME = /^\d{1,20}(\.\d{1,10})?$/;
const dateSchema = z.union([z.iso.date(), z.iso.datetime({ offset: true, local: true })]);

type Row = Record<(typeof COLUMNS)[number], string>;

/**
 * Reads `date,open,high,low,close,volume` with that header, dates ascending, prices above zero.
 * @param file the file's name, for errors
 * @throws AppError `market_data.bad_replay_file` that names the file and the line
 */
export function parseReplaySeries(symbol: string, file: string, text: string): ReplaySeries {
  const [header, ...records] = readRecords(file, text);
  if (header === undefined) throw badReplayFile(file, 'is empty');
  if (header.fields.join() !== COLUMNS.join()) {
    throw badReplayFile(`${file} line ${header.line}`, `the header must be ${COLUMNS.join()}`);
  }
  if (records.length === 0) throw badReplayFile(file, 'has a header and no bars');

  const rows = records.map(({ fields, line }) => checkRow(fields, `${file} line ${line}`));
  rows.forEach((row, i) => {
    const before = rows[i - 1];
    if (before !== undefined && Date.parse(row.date) <= Date.parse(before.date)) {
      throw badReplayFile(
        `${file} line ${records[i]?.line}`,
        `date ${row.date} does not come after ${before.date}`,
      );
    }
  });

  const decimals = Math.max(
    MIN_DECIMALS,
    ...rows.map((row) => Math.max(...PRICE_COLUMNS.map((column) => decimalPlaces(row[column])))),
  );
  return { symbol, decimals, bars: rows.map((row) => toBar(row, decimals)) };
}

function readRecords(file: string, text: string): { fields: readonly string[]; line: number }[] {
  const records: { fields: readonly string[]; line: number }[] = [];
  try {
    parse(text, {
      bom: true,
      trim: true,
      skip_empty_lines: true,
      // The number of columns is checked row by row below, where the error can say what is expected.
      relax_column_count: true,
      max_record_size: 1_000,
      on_record: (fields: string[], { lines }) => {
        records.push({ fields, line: lines });
        return null;
      },
    });
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    const line = typeof cause['lines'] === 'number' ? ` line ${cause['lines']}` : '';
    throw badReplayFile(`${file}${line}`, `is not CSV (${cause.code})`, cause);
  }
  return records;
}

function checkRow(fields: readonly string[], place: string): Row {
  if (fields.length !== COLUMNS.length) {
    throw badReplayFile(place, `has ${fields.length} columns instead of ${COLUMNS.length}`);
  }
  const row = Object.fromEntries(COLUMNS.map((column, i) => [column, fields[i]])) as Row;
  if (!dateSchema.safeParse(row.date).success)
    throw badReplayFile(place, 'date is not an ISO 8601 date');
  for (const column of PRICE_COLUMNS) {
    if (!PRICE.test(row[column]) || Number(row[column]) === 0) {
      throw badReplayFile(
        place,
        `${column} is not a price above zero (at most 7 digits before the point and 8 after it)`,
      );
    }
  }
  if (!VOLUME.test(row.volume)) throw badReplayFile(place, 'volume is not a number');
  if (Number(row.high) < Number(row.low)) throw badReplayFile(place, 'high is below low');
  return row;
}

function decimalPlaces(text: string): number {
  const point = text.indexOf('.');
  return point < 0 ? 0 : text.length - point - 1;
}

function toBar(row: Row, decimals: number): ReplayBar {
  const units = (text: string) =>
    Number(text.replace('.', '') + '0'.repeat(decimals - decimalPlaces(text)));
  return {
    date: row.date,
    open: units(row.open),
    high: units(row.high),
    low: units(row.low),
    close: units(row.close),
    volume: row.volume,
  };
}
