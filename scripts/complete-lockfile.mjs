/**
 * Adds to package-lock.json the optional packages of other platforms that a registry did not have when
 * `npm install` asked it. npm leaves them out, and then `npm ci` refuses the file as incomplete, everywhere.
 * Run it after a change of dependencies; it does nothing when nothing is missing.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const LOCKFILE = fileURLToPath(new URL('../package-lock.json', import.meta.url));
const PLATFORM = /-(android|darwin|freebsd|linux|openharmony|win32)-([a-z0-9]+)(?:-([a-z]+))?$/;

/**
 * @typedef {object} LockedPackage
 * @property {string} [version]
 * @property {boolean} [dev]
 * @property {Record<string, string>} [optionalDependencies]
 */

/** @typedef {Record<string, LockedPackage>} Packages folder to package */

/**
 * Node's search: beside the package that asks, then upwards.
 * @param {Packages} packages @param {string} from @param {string} name
 */
function isLocked(packages, from, name) {
  for (
    let folder = from;
    ;
    folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))
  ) {
    if (`${folder}${folder && '/'}node_modules/${name}` in packages) return true;
    if (folder === '') return false;
  }
}

/** @param {string} name @param {string} version @param {boolean | undefined} dev */
function platformPackage(name, version, dev) {
  const [, os, cpu, abi = ''] = PLATFORM.exec(name) ?? [];
  if (!os || !cpu)
    throw new Error(`${name} is missing in package-lock.json, and its name tells no platform`);
  const libc = os === 'linux' && { libc: [abi.startsWith('musl') ? 'musl' : 'glibc'] };
  return { version, cpu: [cpu], ...(dev && { dev }), ...libc, optional: true, os: [os] };
}

/**
 * @param {Packages} packages
 * @returns {Packages} what is missing among them.
 */
export function missingOptionalPackages(packages) {
  /** @type {Packages} */
  const missing = {};
  for (const [folder, { optionalDependencies = {}, dev }] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      if (isLocked(packages, folder, name)) continue;
      missing[`node_modules/${name}`] = platformPackage(name, version, dev);
    }
  }
  return missing;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const lock = JSON.parse(readFileSync(LOCKFILE, 'utf8'));
  const missing = missingOptionalPackages(lock.packages);
  const entries = Object.entries({ ...lock.packages, ...missing });
  // npm's own order, so that its next write changes nothing.
  lock.packages = Object.fromEntries(entries.sort(([a], [b]) => a.localeCompare(b, 'en')));
  writeFileSync(LOCKFILE, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(
    `package-lock.json: ${Object.keys(missing).length} packages of other platforms added`,
  );
}
