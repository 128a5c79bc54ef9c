import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const SUPERVISOR = fileURLToPath(new URL('./supervisor.mjs', import.meta.url));
const STOP_TIMEOUT_MS = 20_000;

/**
 * @typedef {import('./install.mjs').ServerName} ServerName
 *
 * @typedef {object} TestServers
 * @property {Partial<Record<ServerName, string>>} urls
 * @property {() => Promise<void>} stop
 */

/**
 * Starts private servers on free ports of 127.0.0.1, from the programs on this machine or, as root on
 * Debian, from those that apt-get brings. They end with {@link TestServers.stop} or with this process,
 * however that ends: a supervising process waits for either.
 * @param {readonly ServerName[]} names
 * @param {{ isDurable?: boolean }} [options] whether PostgreSQL has a commit on disk before it acknowledges it
 * @returns {Promise<TestServers>}
 * @throws an error that says what to install.
 */
export async function startTestServers(names, { isDurable = false } = {}) {
  const options = isDurable ? ['--durable'] : [];
  const supervisor = spawn(process.execPath, [SUPERVISOR, ...names, ...options], {
    // A session of its own: Ctrl-C is for us, and it must outlive us to clean up.
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(supervisor, 'exit');
  // Whatever becomes of it, its reports say; a pipe that breaks meanwhile must not end this process.
  supervisor.stdin.on('error', () => undefined);
  const lines = createInterface({ input: supervisor.stdout });
  const [line] = await Promise.race([once(lines, 'line'), exited.then(() => [undefined])]);
  const report = JSON.parse(typeof line === 'string' ? line : '{"error":"the supervisor ended"}');
  if (report.error !== undefined) throw new Error(report.error);

  // It must not keep this process alive either.
  supervisor.unref();
  lines.close();
  supervisor.stdout.destroy();
  return {
    urls: report.urls,
    stop: async () => {
      supervisor.ref();
      supervisor.stdin.end();
      const timer = setTimeout(() => supervisor.kill('SIGKILL'), STOP_TIMEOUT_MS);
      await exited;
      clearTimeout(timer);
    },
  };
}

/** Where tests find their servers: variable names. */
export const VARIABLES = /** @type {const} */ ({
  redis: 'TEST_REDIS_URL',
  postgres: 'TEST_DATABASE_URL',
});

/**
 * Sets `TEST_REDIS_URL` and `TEST_DATABASE_URL` in this process, for the processes it starts: those that
 * are set stay, for the others servers are started.
 * @returns {Promise<() => Promise<void>>} stops what was started.
 */
export async function provideTestServers() {
  const names = /** @type {ServerName[]} */ (Object.keys(VARIABLES));
  const missing = names.filter((name) => !process.env[VARIABLES[name]]);
  if (missing.length === 0) return () => Promise.resolve();
  const servers = await startTestServers(missing);
  for (const name of missing) process.env[VARIABLES[name]] = servers.urls[name];
  return async () => {
    for (const name of missing) delete process.env[VARIABLES[name]];
    await servers.stop();
  };
}
