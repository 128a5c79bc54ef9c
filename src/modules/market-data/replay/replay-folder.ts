import { createHash } from 'node:crypto';
import { readFile, readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { badReplayFile } from '../market-data.errors.js';
import { LISTED_SYMBOL_PATTERN, normaliseSymbol } from '../quotes/quote.js';
import { parseReplaySeries, type ReplaySeries } from './replay-bars.js';

/** About 600,000 bars. */
const MAX_FILE_BYTES = 32 * 1_024 * 1_024;
const MAX_FILES = 500;

export interface ReplayFolder {
  /** By symbol. */
  readonly series: readonly ReplaySeries[];
  /** The same for the same symbols and bytes, wherever the folder lies. */
  readonly contentHash: string;
}

/**
 * Reads every `*.csv` of a folder; a file's name, in upper case, is its symbol.
 * @throws AppError `market_data.bad_replay_file`: no folder, no files, or a file that cannot be played
 */
export async function readReplayFolder(folder: string): Promise<ReplayFolder> {
  const files = await listFiles(folder);
  const hash = createHash('sha256');
  const series: ReplaySeries[] = [];
  for (const { symbol, file } of files) {
    const text = await readText(folder, file);
    series.push(parseReplaySeries(symbol, file, text));
    hash.update(`${symbol}\0${createHash('sha256').update(text).digest('hex')}\0`);
  }
  return { series, contentHash: hash.digest('hex') };
}

async function listFiles(folder: string): Promise<{ symbol: string; file: string }[]> {
  const place = `MARKET_REPLAY_DIR ${folder}`;
  const names = await readdir(folder).catch((cause: unknown) => {
    throw badReplayFile(place, 'cannot be read as a folder', cause);
  });
  const files = names
    .filter((name) => extname(name).toLowerCase() === '.csv')
    .map((file) => ({ symbol: normaliseSymbol(file.slice(0, -extname(file).length)), file }))
    .sort((a, b) => (a.symbol < b.symbol ? -1 : 1));
  if (files.length === 0) throw badReplayFile(place, 'has no .csv file');
  if (files.length > MAX_FILES) throw badReplayFile(place, `has more than ${MAX_FILES} .csv files`);

  files.forEach(({ symbol, file }, i) => {
    if (!LISTED_SYMBOL_PATTERN.test(symbol)) {
      throw badReplayFile(
        file,
        'its name is not a symbol: 1-12 characters, letters, digits, . and -',
      );
    }
    const before = files[i - 1];
    if (before?.symbol === symbol)
      throw badReplayFile(file, `is the same symbol as ${before.file}`);
  });
  return files;
}

async function readText(folder: string, file: string): Promise<string> {
  const path = join(folder, file);
  try {
    const { size } = await stat(path);
    if (size <= MAX_FILE_BYTES) return await readFile(path, 'utf8');
  } catch (cause) {
    throw badReplayFile(file, 'cannot be read', cause);
  }
  throw badReplayFile(file, `is larger than ${MAX_FILE_BYTES} bytes`);
}
