import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../kernel/duration.js';
import { defineCache } from '../../redis/index.js';
import { emailSettingsSchema, type EmailSettings } from './email/email-config.dto.js';
import { systemSettingsSchema, type SystemSettings } from './system-config.dto.js';
import type { SettingsKey } from './system-config.events.js';

/** There is one of each in an installation. */
export const ONE = Object.freeze({});
export type One = typeof ONE;

/** On everything that a change of the group makes wrong. */
export const settingsTag = (key: SettingsKey) => `config:${key}`;

/**
 * With the database away or slow, operators need their thresholds beside the figures that they look at then. A change drops
 * them, so an ended value is what was set last.
 */
export const systemSettingsCache = defineCache<One, SystemSettings>({
  name: 'config.system',
  namespace: 'config',
  key: () => 'system',
  ttlMs: HOUR_MS,
  graceMs: DAY_MS,
  softTimeoutMs: SECOND_MS,
  tags: () => [settingsTag('system')],
  schema: systemSettingsSchema,
});

/** Without the password, sealed or not: a secret is never cached at all. */
export const emailSettingsCache = defineCache<One, EmailSettings>({
  name: 'config.email',
  namespace: 'config',
  key: () => 'email',
  ttlMs: 30 * MINUTE_MS,
  negativeTtlMs: 5 * MINUTE_MS,
  encrypt: true,
  tags: () => [settingsTag('email')],
  schema: emailSettingsSchema,
});
