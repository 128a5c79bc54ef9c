import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { loadConfig } from '../config/load-environment.js';
import type { Config } from '../config/config.js';
import { AppError } from '../kernel/app-error.js';
import { systemClock } from '../kernel/clock.js';
import { Correlation } from '../kernel/correlation.js';
import { FirstAdmin } from '../modules/auth/index.js';
import { WarmUps } from '../redis/index.js';
import { banner } from './banner.js';
import { createApp } from './create-app.js';
import { createLogger } from './logger.js';

/** Runs this process in its role until it is told to stop. What keeps it from starting is one line and exit code 1. */
export async function run(): Promise<void> {
  try {
    await start();
  } catch (error) {
    process.stderr.write(`bourse: ${explain(error)}\n`);
    process.exit(1);
  }
}

async function start(): Promise<void> {
  const config = loadConfig();
  const correlation = new Correlation();
  const logger = createLogger(config, correlation);
  const app = await createApp({ config, clock: systemClock, correlation }, logger);
  stopOnSignal(app, config, (line) => logger.info(line));
  await listen(app, config);
  app.get(WarmUps).beginAtBoot();
  // Last of all: a start that fails after this would have shown the generated password to nobody.
  const admin = await app.get(FirstAdmin).ensure();
  const url = await app.getUrl();
  logger.info({ url, database: config.database.url ? 'postgres' : 'pglite' }, 'listening');
  // Logs are for programs; the banner is for the person who has just typed `npm start`.
  if (!config.production) process.stdout.write(banner(config, url, admin));
}

async function listen(app: NestFastifyApplication, { http }: Config): Promise<void> {
  try {
    await app.listen(http.port, http.host);
  } catch (error) {
    await app.close();
    const { code } = error as NodeJS.ErrnoException;
    const address = `${http.host}:${http.port}`;
    if (code === 'EADDRINUSE')
      throw cannotListen(`${address} is in use: stop what listens there, or set PORT`, error);
    if (code === 'EACCES')
      throw cannotListen(
        `${address} needs rights this user does not have: set PORT above 1023`,
        error,
      );
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
      throw cannotListen(`HOST ${http.host} is not an address of this machine`, error);
    throw error;
  }
}

function cannotListen(message: string, cause: unknown): AppError {
  return new AppError('unavailable', 'http.cannot_listen', message, { cause });
}

/** SIGTERM and SIGINT: finish what runs, within the limit, then end. A second signal ends at once. */
function stopOnSignal(
  app: NestFastifyApplication,
  config: Config,
  log: (line: string) => void,
): void {
  let stopping = false;
  const stop = (signal: NodeJS.Signals) => {
    if (stopping) process.exit(1);
    stopping = true;
    log(`${signal}: shutting down`);
    const deadline = setTimeout(() => {
      log('shutdown took too long: ending with work unfinished');
      process.exit(1);
    }, config.http.shutdownTimeoutMs);
    deadline.unref();
    app.close().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`bourse: shutdown failed: ${explain(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

/** One line. What we foresaw is explained in full; of the rest, the stack is what helps. */
function explain(error: unknown): string {
  if (error instanceof AppError) return error.message.replace(/\s+/g, ' ');
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
