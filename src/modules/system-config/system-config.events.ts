import { z } from 'zod';
import { defineEvent } from '../../kernel/domain-event.js';

/** The groups of settings. */
export const SETTINGS_KEYS = ['caches', 'email', 'push', 'rate-limits', 'sms', 'system'] as const;
export type SettingsKey = (typeof SETTINGS_KEYS)[number];

/** An administrator changed settings. Names alone: values may be secrets. */
export const SettingsChanged = defineEvent(
  'system-config.SettingsChanged',
  z.object({
    key: z.enum(SETTINGS_KEYS),
    changed: z.array(z.string()).describe('paths of the settings: `alerts.memoryPercent`'),
    changedBy: z.uuid(),
  }),
);
