import { z } from 'zod';
import { pageOf, pageQuerySchema } from '../../http/index.js';
import { SETTINGS_KEYS } from './system-config.events.js';

/** One line that every database, header and page can show: no control characters, no broken UTF-16. */
const LINE = /^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]*$/u;

export const lineSchema = (maxLength: number) =>
  z.string().trim().min(1).max(maxLength).regex(LINE, 'must be one line of printable text');

const percent = z.number().min(1).max(100);
const count = z.number().int().min(1).max(1_000_000_000);

/** When the monitoring raises an alert (requirements, A20). */
const alertThresholds = {
  memoryPercent: percent.default(90).describe('alert above: % of the memory Redis may use'),
  hitRatePercent: percent.default(70).describe('alert below: % of cached reads that were hits'),
  queueBacklog: count.default(1_000).describe('alert above: jobs that wait in one queue'),
  slowQueries: count
    .default(10)
    .describe('alert above: new entries in the slow log of Redis between two evaluations'),
};

const systemSettings = {
  siteName: lineSchema(80).default('Bourse').describe('names this installation in e-mails'),
  supportEmail: z
    .email()
    .max(254)
    .nullable()
    .default(null)
    .describe('whom e-mails name for questions'),
};

/** Also what `PUT` takes: a setting that is left out takes its default. */
export const systemSettingsSchema = z.strictObject({
  ...systemSettings,
  alerts: z.strictObject(alertThresholds).prefault({}),
});
export type SystemSettings = z.output<typeof systemSettingsSchema>;

/** What an older or newer version stored: settings that this one does not know are left out. */
export const storedSystemSettingsSchema = z.object({
  ...systemSettings,
  alerts: z.object(alertThresholds).prefault({}),
});

export const configChangeSchema = z.object({
  id: z.uuid(),
  key: z.enum(SETTINGS_KEYS),
  changed: z.array(z.string()).describe('paths of the settings; never their values'),
  changedBy: z.uuid().describe('id of the user'),
  changedAt: z.iso.datetime(),
});
export type ConfigChange = z.output<typeof configChangeSchema>;

export const configChangePageSchema = pageOf(configChangeSchema);

export const listChangesSchema = pageQuerySchema.extend({ key: z.enum(SETTINGS_KEYS).optional() });
export type ListChanges = z.output<typeof listChangesSchema>;
