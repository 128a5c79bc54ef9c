/**
 * Starts the servers named in its arguments (with `--durable` a PostgreSQL that survives a power cut), prints `{"urls": …}` or `{"error": …}` as one line, and holds
 * them until its standard input ends: when its parent says so, or has died in whatever way.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requireBinaries } from './install.mjs';
import { launchDurablePostgres, launchPostgres, launchRedis } from './launch.mjs';

const DURABLE = '--durable';
const asked = process.argv.slice(2);
const LAUNCHERS = {
  redis: launchRedis,
  postgres: asked.includes(DURABLE) ? launchDurablePostgres : launchPostgres,
};
const names = /** @type {import('./install.mjs').ServerName[]} */ (
  asked.filter((argument) => argument !== DURABLE)
);

const parentGone = new Promise((resolve) => {
  process.stdin.on('end', resolve).on('error', resolve).resume();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, resolve);
});
// A parent that died does not read any more.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);

const folder = mkdtempSync(join(tmpdir(), 'bourse-test-'));
// The servers' account may pass through; each server has a folder of its own below.
chmodSync(folder, 0o711);
/** @type {import('./launch.mjs').RunningServer[]} */
const running = [];
try {
  const binaries = requireBinaries(names);
  const starts = names.map(async (name) => {
    const server = await LAUNCHERS[name](binaries.get(name)?.path ?? '', join(folder, name));
    running.push(server);
    return [name, server.url];
  });
  // All of them first, also after a failure: what is started must be stopped.
  await Promise.allSettled(starts);
  report({ urls: Object.fromEntries(await Promise.all(starts)) });
  await parentGone;
} catch (error) {
  report({ error: error instanceof Error ? error.message : String(error) });
  process.exitCode = 1;
} finally {
  await Promise.all(running.map((server) => server.stop()));
  rmSync(folder, { recursive: true, force: true });
}
process.exit();

/** @param {object} message */
function report(message) {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
