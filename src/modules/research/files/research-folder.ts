import { createHash } from 'node:crypto';
import { readFile, readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { badResearchFile } from '../research.errors.js';
import { parseResearchFile, type ResearchFile } from './research-file.js';

const MAX_FILE_BYTES = 4 * 1_024 * 1_024;
const MAX_FILES = 1_000;

export interface ResearchFolder {
  readonly bySymbol: ReadonlyMap<string, ResearchFile>;
  /** The same for the same bytes, wherever the folder lies. */
  readonly contentHash: string;
}

/**
 * Reads every `SYMBOL.json` of a folder.
 * @throws AppError `research.bad_file`: no folder, no files, or a file that does not hold
 */
export async function readResearchFolder(folder: string): Promise<ResearchFolder> {
  const hash = createHash('sha256');
  const bySymbol = new Map<string, ResearchFile>();
  for (const name of await listFiles(folder)) {
    const text = await readText(folder, name);
    const file = parse(name, text);
    const symbol = file.symbol.toUpperCase();
    if (name.toUpperCase() !== `${symbol}.JSON`) {
      throw badResearchFile(name, 'its symbol is not its name');
    }
    if (bySymbol.has(symbol)) throw badResearchFile(name, `${symbol} has a file already`);
    bySymbol.set(symbol, file);
    hash.update(`${symbol}\0${createHash('sha256').update(text).digest('hex')}\0`);
  }
  return { bySymbol, contentHash: hash.digest('hex').slice(0, 16) };
}

async function listFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw badResearchFile(folder, 'cannot be read as a folder', cause);
  });
  const files = names.filter((name) => extname(name).toLowerCase() === '.json').sort();
  if (files.length === 0) throw badResearchFile(folder, 'has no .json file');
  if (files.length > MAX_FILES) throw badResearchFile(folder, `has more than ${MAX_FILES} files`);
  return files;
}

async function readText(folder: string, name: string): Promise<string> {
  const path = join(folder, name);
  try {
    const { size } = await stat(path);
    if (size <= MAX_FILE_BYTES) return await readFile(path, 'utf8');
  } catch (cause) {
    throw badResearchFile(name, 'cannot be read', cause);
  }
  throw badResearchFile(name, `is larger than ${MAX_FILE_BYTES} bytes`);
}

function parse(name: string, text: string): ResearchFile {
  try {
    return parseResearchFile(text);
  } catch (error) {
    throw badResearchFile(name, error instanceof Error ? error.message : String(error));
  }
}
