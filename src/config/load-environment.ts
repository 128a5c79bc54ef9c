import { existsSync } from 'node:fs';
import { parseConfig, type Config } from './config.js';

/** The configuration of this process: `.env` in the working folder, if there is one, under the real variables. */
export function loadConfig(overrides: Readonly<Record<string, string>> = {}): Config {
  if (existsSync('.env')) process.loadEnvFile('.env');
  return parseConfig({ ...process.env, ...overrides });
}
