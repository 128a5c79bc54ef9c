import { execFileSync } from 'node:child_process';
import { accessSync, constants, readdirSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

/** Where servers stand that are not on the PATH of every user. */
const MORE_FOLDERS = ['/usr/bin', '/usr/sbin', '/usr/local/bin', '/opt/homebrew/bin'];
const POSTGRES_HOME = '/usr/lib/postgresql';

/**
 * @typedef {object} Binary
 * @property {string} path
 * @property {number} major version
 */

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** @param {readonly string[]} names @param {readonly string[]} folders */
function executables(names, folders) {
  const paths = folders.flatMap((folder) => names.map((name) => join(folder, name)));
  return [...new Set(paths)].filter(isExecutable);
}

/**
 * The newest of the programs; of equals the first.
 * @param {readonly string[]} paths
 * @returns {Binary | undefined}
 */
function newest(paths) {
  const binaries = paths.map((path) => {
    const text = execFileSync(path, ['--version'], { encoding: 'utf8', timeout: 10_000 });
    return { path, major: Number(/(?:v=|\) )(\d+)/.exec(text)?.[1] ?? 0) };
  });
  return binaries.sort((a, b) => b.major - a.major)[0];
}

function searchFolders() {
  return [...(process.env['PATH'] ?? '').split(delimiter).filter(Boolean), ...MORE_FOLDERS];
}

function postgresFolders() {
  try {
    return readdirSync(POSTGRES_HOME).map((version) => join(POSTGRES_HOME, version, 'bin'));
  } catch {
    return [];
  }
}

/** `redis-server` or `valkey-server`. Links stay: Debian's is `redis-check-rdb` under another name. */
export function findRedis() {
  return newest(executables(['redis-server', 'valkey-server'], searchFolders()));
}

/** `postgres` in the folder that has its `initdb` too. */
export function findPostgres() {
  const paths = executables(['postgres'], [...searchFolders(), ...postgresFolders()]);
  const homes = new Set(paths.map((path) => dirname(realpathSync(path))));
  return newest(executables(['postgres'], [...homes]).filter(hasInitdb));
}

/** @param {string} path */
function hasInitdb(path) {
  return isExecutable(join(dirname(path), 'initdb'));
}
