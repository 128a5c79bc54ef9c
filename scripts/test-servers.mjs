/**
 * Runs a command with the servers of the tests, and stops them after it:
 *
 *     node scripts/test-servers.mjs -- npx jest --watch
 *
 * TEST_REDIS_URL and TEST_DATABASE_URL tell the command where they are; set beforehand, they stay.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { provideTestServers } from '../test/support/servers/test-servers.mjs';

const [separator, command, ...args] = process.argv.slice(2);
if (separator !== '--' || command === undefined) {
  console.error('usage: node scripts/test-servers.mjs -- <command> [argument…]');
  process.exit(2);
}

const stop = await provideTestServers();
try {
  const child = spawn(command, args, { stdio: 'inherit' });
  // A terminal sends Ctrl-C to the command as well: we wait for how it takes it.
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => child.kill(signal));
  }
  const [code] = await once(child, 'exit');
  process.exitCode = code ?? 1;
} catch (error) {
  console.error(`cannot run ${command}: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 127;
} finally {
  await stop();
}
