import { numeric } from 'drizzle-orm/pg-core';

/** Money and quantities keep ten decimal places (`MONEY_SCALE`). */
export const decimalColumn = (name: string) => numeric(name, { precision: 30, scale: 10 });
