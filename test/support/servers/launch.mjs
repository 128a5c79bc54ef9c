import { randomBytes } from 'node:crypto';
import { chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ServerProcess, freePort, serverAccount } from './server-process.mjs';

/**
 * @typedef {object} RunningServer
 * @property {string} url
 * @property {() => Promise<void>} stop
 */

/** Another program may take the port between our look and the server's start. */
const ATTEMPTS = 3;

/**
 * @param {(port: number) => Promise<RunningServer>} start
 * @returns {Promise<RunningServer>}
 */
async function onFreePort(start) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start(await freePort());
    } catch (error) {
      if (attempt === ATTEMPTS || !/address already in use/i.test(String(error))) throw error;
    }
  }
}

/** @param {string} folder @param {Record<string, string>} files */
function prepareFolder(folder, files) {
  const { uid, gid } = serverAccount();
  mkdirSync(folder, { mode: 0o700 });
  for (const [name, text] of Object.entries(files))
    writeFileSync(join(folder, name), text, { mode: 0o600 });
  if (uid === undefined || gid === undefined) return;
  for (const path of [folder, ...Object.keys(files).map((name) => join(folder, name))])
    chownSync(path, uid, gid);
}

/**
 * A Redis that keeps nothing on disk and evicts nothing, so that queues may use it too.
 * @param {string} program @param {string} folder does not exist yet
 * @returns {Promise<RunningServer>}
 */
export async function launchRedis(program, folder) {
  const password = randomBytes(16).toString('hex');
  prepareFolder(folder, {
    'redis.conf': `bind 127.0.0.1
requirepass ${password}
save ""
appendonly no
maxmemory-policy noeviction
enable-debug-command local
dir ${folder}
`,
  });
  return onFreePort(async (port) => {
    const command = [program, join(folder, 'redis.conf'), '--port', String(port)];
    const server = new ServerProcess(command, folder, serverAccount(), 'SIGTERM');
    await server.ready();
    return { url: `redis://default:${password}@127.0.0.1:${port}`, stop: () => server.stop() };
  });
}

/** Safety against a power cut, traded for speed. */
const HASTY = { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' };

/**
 * @param {string} program @param {string} folder does not exist yet
 * @returns {Promise<RunningServer>}
 */
export function launchPostgres(program, folder) {
  return launchPostgresWith(HASTY, program, folder);
}

/**
 * One whose commits are on disk when they are acknowledged, as in production.
 * @param {string} program @param {string} folder does not exist yet
 * @returns {Promise<RunningServer>}
 */
export function launchDurablePostgres(program, folder) {
  return launchPostgresWith({}, program, folder);
}

/** @param {Record<string, string>} safety @param {string} program @param {string} folder */
async function launchPostgresWith(safety, program, folder) {
  const password = randomBytes(16).toString('hex');
  prepareFolder(folder, { password });
  const data = join(folder, 'data');
  const initdb = [
    ...[
      join(dirname(program), 'initdb'),
      '-D',
      data,
      '-U',
      'bourse',
      '--pwfile',
      join(folder, 'password'),
    ],
    ...['-A', 'scram-sha-256', '-E', 'UTF8', '--no-locale', '--no-sync'],
  ];
  await new ServerProcess(initdb, folder, serverAccount(), 'SIGTERM').finish();
  return onFreePort(async (port) => {
    const settings = {
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      port,
      max_connections: 200,
      ...safety,
    };
    const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    // SIGINT is PostgreSQL's fast shutdown: it does not wait for clients to leave.
    const server = new ServerProcess(
      [program, '-D', data, ...options],
      folder,
      serverAccount(),
      'SIGINT',
    );
    await server.ready();
    return {
      url: `postgres://bourse:${password}@127.0.0.1:${port}/postgres`,
      stop: () => server.stop(),
    };
  });
}
