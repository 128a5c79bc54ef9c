import { z } from 'zod';
import { pageOf, pageQuerySchema } from '../../http/index.js';
import { PERMISSIONS } from '../../kernel/permissions.js';
import { NOT_PRINTABLE, PRINTABLE } from '../../kernel/printable-text.js';
import { ROLES } from '../../kernel/principal.js';

export const displayNameSchema = z.string().trim().min(1).max(80).regex(PRINTABLE, NOT_PRINTABLE);

export const updateProfileSchema = z.strictObject({ displayName: displayNameSchema });
export type UpdateProfile = z.output<typeof updateProfileSchema>;

export const profileSchema = z.object({
  id: z.uuid(),
  email: z.string(),
  displayName: z.string(),
  roles: z.array(z.enum(ROLES)),
  createdAt: z.iso.datetime(),
});
export type Profile = z.output<typeof profileSchema>;

/** Preferences that the user's own clients read. News are told in this language and time zone as well. */
export const settingsSchema = z.strictObject({
  locale: z
    .string()
    .max(35)
    .refine(isLocale, 'must be a BCP 47 language tag, such as en-GB')
    .default('en-US'),
  timeZone: z
    .string()
    .max(64)
    .refine(isTimeZone, 'must be an IANA time zone, such as Europe/Berlin')
    .default('America/New_York'),
  theme: z.enum(['system', 'light', 'dark']).default('system'),
  confirmOrders: z.boolean().default(true).describe('ask before an order is sent'),
  watchlist: z
    .array(z.string().regex(/^[A-Z0-9.-]{1,12}$/, 'must be a symbol in upper case'))
    .max(100)
    .refine((symbols) => new Set(symbols).size === symbols.length, 'names a symbol twice')
    .default([]),
});
export type Settings = z.output<typeof settingsSchema>;

/** What is left out stays as it is; no defaults here, they would overwrite. */
export const updateSettingsSchema = z
  .strictObject({
    locale: settingsSchema.shape.locale.unwrap(),
    timeZone: settingsSchema.shape.timeZone.unwrap(),
    theme: settingsSchema.shape.theme.unwrap(),
    confirmOrders: settingsSchema.shape.confirmOrders.unwrap(),
    watchlist: settingsSchema.shape.watchlist.unwrap(),
  })
  .partial();
export type UpdateSettings = z.output<typeof updateSettingsSchema>;

export const permissionsSchema = z.object({
  roles: z.array(z.enum(ROLES)),
  permissions: z.array(z.enum(PERMISSIONS)),
});
export type Permissions = z.output<typeof permissionsSchema>;

export const listUsersSchema = pageQuerySchema.extend({
  q: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .regex(PRINTABLE, NOT_PRINTABLE)
    .optional()
    .describe('part of the e-mail address or the name'),
});
export type ListUsers = z.output<typeof listUsersSchema>;

/** A user as an admin sees it. */
export const managedUserSchema = profileSchema.extend({
  disabledAt: z.iso.datetime().nullable(),
  updatedAt: z.iso.datetime(),
});
export type ManagedUser = z.output<typeof managedUserSchema>;

export const userPageSchema = pageOf(managedUserSchema);

export const updateUserSchema = z
  .strictObject({
    roles: z
      .array(z.enum(ROLES))
      .min(1)
      .max(ROLES.length)
      .refine((roles) => new Set(roles).size === roles.length, 'names a role twice'),
    disabled: z.boolean(),
  })
  .partial()
  .refine((change) => Object.keys(change).length > 0, 'must change something');
export type UpdateUser = z.output<typeof updateUserSchema>;

function isLocale(text: string): boolean {
  try {
    return Intl.getCanonicalLocales(text).length === 1;
  } catch {
    return false;
  }
}

function isTimeZone(text: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}
