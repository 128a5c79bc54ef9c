import { customType } from 'drizzle-orm/pg-core';
import type { JsonValue } from '../../kernel/json.js';

/** Any JSON value as it is: drizzle's own `jsonb` would read the stored text "42" back as a number. */
export const json = customType<{ data: JsonValue; driverData: unknown }>({
  dataType: () => 'jsonb',
  toDriver: (value) => JSON.stringify(value),
  fromDriver: (value) => value as JsonValue,
});
