import { parse } from 'csv-parse/sync';
import { detectFormat } from '../formats/detect-format.js';
import { missingColumns } from '../formats/generic.format.js';
import { Header } from '../formats/header.js';
import { plainText } from '../formats/plain-text.js';
import type { ImportFormat } from '../formats/trade-row.js';
import {
  fileEmpty,
  noRows,
  notText,
  unknownFormat,
  unsupportedDelimiter,
  unsupportedEncoding,
} from '../journal.errors.js';
import { CSV_OPTIONS } from './csv-rows.js';

/** Names of columns that a refusal repeats. */
const MAX_NAMES = 20;

/**
 * Looks at a file while it is uploaded: who sends something else than trades is told at once, and not by a
 * job that fails.
 */
export class CsvSniffer {
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  #format: ImportFormat | undefined;
  #hasRows = false;

  /** Of the first chunk. */
  get format(): ImportFormat | undefined {
    return this.#format;
  }

  /**
   * @param chunk the next of the file; the first one holds the header
   * @throws AppError `journal.not_text`, `journal.unsupported_encoding`, `journal.unknown_format`,
   *   `journal.unsupported_delimiter`, `journal.file_empty`
   */
  take(chunk: Uint8Array): void {
    if (this.#format === undefined && isUtf16(chunk)) throw unsupportedEncoding();
    const text = this.#decode(chunk);
    if (this.#format === undefined) {
      this.#format = formatOf(text);
      // A line break within: trimmed, there is text behind it. One within a quoted name does not matter. In
      // linear time, whatever the file is full of.
      this.#hasRows = /[\r\n]/.test(text.trim());
    } else this.#hasRows ||= text.trim() !== '';
  }

  /** @throws AppError `journal.file_empty`, `journal.no_rows`, `journal.not_text` */
  end(): ImportFormat {
    this.#decode();
    if (this.#format === undefined) throw fileEmpty();
    if (!this.#hasRows) throw noRows();
    return this.#format;
  }

  #decode(chunk?: Uint8Array): string {
    try {
      const text = this.#decoder.decode(chunk, { stream: chunk !== undefined });
      if (!text.includes('\0')) return text;
    } catch {
      // Not UTF-8: the same answer.
    }
    throw notText();
  }
}

function isUtf16(chunk: Uint8Array): boolean {
  const [first, second] = chunk;
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
}

function formatOf(text: string): ImportFormat {
  const names = firstRecord(text, ',');
  if (names.every((name) => name === '')) throw fileEmpty();
  const detected = detectFormat(names);
  if (detected) return detected.format;
  const others = [';', '\t', '|'];
  if (others.some((delimiter) => detectFormat(firstRecord(text, delimiter)))) {
    throw unsupportedDelimiter();
  }
  throw unknownFormat(
    missingColumns(new Header(names)),
    names.slice(0, MAX_NAMES).map((name) => plainText(name, 40)),
  );
}

/** Empty when there is none, or none that ends. */
function firstRecord(text: string, delimiter: string): string[] {
  try {
    const [record = []] = parse(text, { ...CSV_OPTIONS, delimiter, info: false, to: 1 });
    return record.map((name) => name.trim());
  } catch {
    return ['?'];
  }
}
