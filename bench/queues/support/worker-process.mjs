// @ts-check
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { NestFactory } from '@nestjs/core';
import { importBuilt } from '../../harness/bourse.mjs';

/** One look a millisecond: what is measured is how much later it came. */
const RESOLUTION_MS = 1;
const NS_PER_MS = 1e6;

/** @typedef {{ p50: number, p99: number, max: number }} LoopDelay ms */

/** The application as one process that works, and how late its event loop is. @param {Record<string, string>} variables */
export async function openWorkerProcess(variables) {
  /** @type {typeof import('../../../src/config/config.js')} */
  const { parseConfig } = await importBuilt('config/config.js');
  /** @type {typeof import('../../../src/kernel/clock.js')} */
  const { systemClock } = await importBuilt('kernel/clock.js');
  /** @type {typeof import('../../../src/kernel/correlation.js')} */
  const { Correlation } = await importBuilt('kernel/correlation.js');
  /** @type {typeof import('../../../src/app/logger.js')} */
  const { createLogger, NestLogger } = await importBuilt('app/logger.js');
  /** @type {typeof import('../../../src/app/app.module.js')} */
  const { AppModule } = await importBuilt('app/app.module.js');
  const config = parseConfig({ ...variables, BOURSE_ROLE: 'worker' });
  const correlation = new Correlation();
  const logger = new NestLogger(createLogger(config, correlation));
  const root = AppModule.forRoot({ config, clock: systemClock, correlation });
  const app = await NestFactory.createApplicationContext(root, { logger });
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  return {
    reset: () => delays.reset(),
    /** Since the last reset. @returns {LoopDelay} */
    read: () => ({
      p50: delays.percentile(50) / NS_PER_MS,
      p99: delays.percentile(99) / NS_PER_MS,
      max: delays.max / NS_PER_MS,
    }),
    close: () => app.close(),
  };
}
