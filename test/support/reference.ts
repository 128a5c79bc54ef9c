import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/** Figures and files that others have published: not part of the repository, and not needed to work on it. */
const ROOT = resolve(process.env['REFERENCE_DIR'] ?? '../shared/reference');

export interface Reference {
  readonly folder: string;
  /** `describe` and `it` where the files are, else their `skip`. */
  readonly describe: jest.Describe;
  readonly it: jest.It;
  /** Why something is skipped, to stand behind its name; empty where nothing is. */
  readonly why: string;
}

/** @param needs the file or folder without which there is nothing to test, from `folder` */
export function openReference(folder: string, needs = '.'): Reference {
  const path = resolve(ROOT, folder);
  const isThere = existsSync(resolve(path, needs));
  return {
    folder: path,
    describe: isThere ? describe : describe.skip,
    it: isThere ? it : it.skip,
    why: isThere ? '' : ' (skipped: no reference data, set REFERENCE_DIR)',
  };
}
