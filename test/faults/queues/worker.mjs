// @ts-check
/** @import { INestApplicationContext, Type } from '@nestjs/common' */
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { importBuilt } from '../../../bench/harness/bourse.mjs';

/**
 * The application as it is built, in this process, without HTTP.
 * @param {Record<string, string>} variables of the environment
 * @param {Type[]} [imports] modules beside its own
 * @returns {Promise<INestApplicationContext>}
 */
export async function startWorker(variables, imports = []) {
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
  const config = parseConfig(variables);
  const correlation = new Correlation();
  const logger = new NestLogger(createLogger(config, correlation));
  class Root {}
  Module({
    imports: [AppModule.forRoot({ config, clock: systemClock, correlation }), ...imports],
  })(Root);
  return NestFactory.createApplicationContext(Root, { logger });
}
