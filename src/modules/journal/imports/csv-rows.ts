import { Readable } from 'node:stream';
import { setImmediate as breathe } from 'node:timers/promises';
import { CsvError, parse, type Info, type Options } from 'csv-parse';
import { malformedCsv } from '../journal.errors.js';

/** The longest line: a quote that is never closed would make one of the whole file, as would only delimiters. */
const MAX_LINE_CHARACTERS = 32_768;
/** In UTF-8. */
const MAX_LINE_BYTES = 4 * MAX_LINE_CHARACTERS;
/** Parsed at a stretch, in bytes: some milliseconds of work. A stored chunk is a megabyte, and would hold the process for a second. */
const STRETCH = 4_096;
/** Lines handed on at a stretch: what is made of each costs as much again. */
const STRETCH_ROWS = 50;
const [LF, CR] = [0x0a, 0x0d];

/** How every file is read. */
export const CSV_OPTIONS = {
  bom: true,
  // Not guessed from the first line: files are put together from several.
  record_delimiter: ['\r\n', '\n', '\r'],
  relax_column_count: true,
  relax_quotes: true,
  skip_empty_lines: true,
  max_record_size: MAX_LINE_CHARACTERS,
} satisfies Options;

/** One line that is not empty. */
export interface CsvRow {
  /** Trimmed. */
  readonly cells: readonly string[];
  /** Where it ends; the first is 1. */
  readonly line: number;
  /** Of the file, up to its end. */
  readonly bytesRead: number;
}

/**
 * The lines of a CSV, one after the other, the header included. Holds no more than a chunk and its lines, and lets others have
 * the thread in between.
 * @throws AppError `journal.malformed_csv`
 */
export async function* readCsvRows(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<CsvRow> {
  const source = Readable.from(boundedLines(inStretches(chunks)), { highWaterMark: 1 });
  const parser = parse({ ...CSV_OPTIONS, info: true });
  // `pipe` hands on the data alone.
  source.on('error', (error) => parser.destroy(error));
  source.pipe(parser);
  let rows = 0;
  try {
    for await (const row of parser as AsyncIterable<{ record: string[]; info: Info }>) {
      const { record, info } = row;
      yield {
        cells: record.map((cell) => cell.trim()),
        line: info.lines,
        bytesRead: info.bytes,
      };
      if (++rows % STRETCH_ROWS === 0) await breathe();
    }
  } catch (error) {
    throw error instanceof CsvError ? malformedCsv(parser.info.lines, error) : error;
  } finally {
    source.destroy();
    parser.destroy();
  }
}

async function* inStretches(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    for (let start = 0; start < chunk.length; start += STRETCH) {
      yield chunk.subarray(start, start + STRETCH);
      await breathe();
    }
  }
}

/**
 * The parser bounds the text of a record and not the number of its fields: a line of millions of delimiters
 * would become as many cells.
 * @throws AppError `journal.malformed_csv`
 */
async function* boundedLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let line = 1;
  let lineBytes = 0;
  for await (const chunk of chunks) {
    for (const byte of chunk) {
      if (byte === LF || byte === CR) {
        if (lineBytes > 0) line += 1;
        lineBytes = 0;
      } else if (++lineBytes > MAX_LINE_BYTES) throw malformedCsv(line);
    }
    yield chunk;
  }
}
