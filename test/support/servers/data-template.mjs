import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PGlite } from '@electric-sql/pglite';
import { drizzle } from 'drizzle-orm/pglite';
import { migrate } from 'drizzle-orm/pglite/migrator';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const MIGRATIONS = join(ROOT, 'src/database/migrations');
const TEMPLATES = join(ROOT, '.cache/pglite');

/**
 * A folder of the embedded database with the committed tables, for suites to copy. To make a database costs
 * 4 to 8 s of computing, to copy one and open it 0.5 s. Kept until the migrations or PGlite change.
 * @returns {Promise<string>} never opened again: a copy of it is what a suite opens.
 */
export async function provideDataTemplate() {
  const template = join(TEMPLATES, version());
  if (existsSync(template)) return template;
  rmSync(TEMPLATES, { recursive: true, force: true });
  mkdirSync(TEMPLATES, { recursive: true });
  // Two runs may make it at the same moment: whoever is second keeps the one of the first.
  const draft = `${template}.${process.pid}`;
  const database = await PGlite.create(draft);
  await migrate(drizzle(database), { migrationsFolder: MIGRATIONS });
  await database.close();
  try {
    renameSync(draft, template);
  } catch (error) {
    if (!existsSync(template)) throw error;
    rmSync(draft, { recursive: true });
  }
  return template;
}

/** Of all that the template is made of. */
function version() {
  const hash = createHash('sha256').update(readFileSync(fileURLToPath(import.meta.url)));
  hash.update(readFileSync(join(ROOT, 'node_modules/@electric-sql/pglite/package.json')));
  for (const file of readdirSync(MIGRATIONS, { recursive: true, withFileTypes: true }).sort(byPath))
    if (file.isFile())
      hash.update(file.name).update(readFileSync(join(file.parentPath, file.name)));
  return hash.digest('hex').slice(0, 16);
}

/** @param {import('node:fs').Dirent} a @param {import('node:fs').Dirent} b */
function byPath(a, b) {
  return join(a.parentPath, a.name) < join(b.parentPath, b.name) ? -1 : 1;
}
