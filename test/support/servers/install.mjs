import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { findPostgres, findRedis } from './binaries.mjs';

const APT_TIMEOUT_MS = 300_000;
/** Debian asks this program before it starts a service; 101 forbids it. */
const POLICY = '/usr/sbin/policy-rc.d';

/**
 * @typedef {'redis' | 'postgres'} ServerName
 * @typedef {import('./binaries.mjs').Binary} Binary
 */

/** What a server needs: the oldest version we promise to run on, and its names on Debian. */
const REQUIRED = {
  redis: {
    find: findRedis,
    major: 7,
    title: 'Redis 7',
    package: 'redis-server',
    service: 'redis-server',
  },
  postgres: {
    find: findPostgres,
    major: 15,
    title: 'PostgreSQL 15',
    package: 'postgresql',
    service: 'postgresql',
  },
};

/** @param {ServerName} name */
function findUsable(name) {
  const binary = REQUIRED[name].find();
  return binary !== undefined && binary.major >= REQUIRED[name].major ? binary : undefined;
}

/**
 * The programs of the servers, installed first where that is possible.
 * @param {readonly ServerName[]} names
 * @returns {Map<ServerName, Binary>}
 * @throws an error that says what to install.
 */
export function requireBinaries(names) {
  const missing = names.filter((name) => findUsable(name) === undefined);
  if (missing.length > 0 && canInstall()) install(missing);
  /** @type {Map<ServerName, Binary>} */
  const binaries = new Map();
  const problems = [];
  for (const name of names) {
    const binary = findUsable(name);
    if (binary) binaries.set(name, binary);
    else problems.push(describeMissing(name));
  }
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return binaries;
}

function canInstall() {
  return process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
}

/** @param {readonly ServerName[]} names */
function install(names) {
  const packages = names.map((name) => REQUIRED[name].package);
  process.stderr.write(`test servers: installing ${packages.join(' and ')} with apt-get\n`);
  const policyIsOurs = !existsSync(POLICY);
  if (policyIsOurs) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    run('apt-get', ['-q', 'update']);
    run('apt-get', [
      '-q',
      '-y',
      '-o',
      'DPkg::Lock::Timeout=120',
      'install',
      '--no-install-recommends',
      ...packages,
    ]);
  } finally {
    if (policyIsOurs) rmSync(POLICY, { force: true });
    // The machine's own policy may have let the new services start; they were not there before.
    else
      for (const name of names)
        spawnSync('service', [REQUIRED[name].service, 'stop'], { timeout: 30_000 });
  }
}

/** @param {string} command @param {readonly string[]} args */
function run(command, args) {
  const { status, error, stderr } = spawnSync(command, args, {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    timeout: APT_TIMEOUT_MS,
  });
  if (status === 0) return;
  const reason = error?.message ?? stderr.trim();
  throw new Error(`test servers: ${command} ${args.join(' ')} failed: ${reason}`);
}

/** @param {ServerName} name */
function describeMissing(name) {
  const { title, package: debianPackage, find } = REQUIRED[name];
  const found = find();
  const state = found ? `found only ${found.path} (version ${found.major})` : 'found none';
  const variable = name === 'redis' ? 'TEST_REDIS_URL' : 'TEST_DATABASE_URL';
  return (
    `The tests need ${title} or newer and ${state}: ` +
    `install it (Debian and Ubuntu: apt-get install ${debianPackage}) or set ${variable}.`
  );
}
