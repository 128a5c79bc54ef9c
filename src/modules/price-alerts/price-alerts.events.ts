import { z } from 'zod';
import { defineEvent } from '../../kernel/domain-event.js';
import { ALERT_DIRECTIONS } from './alert-direction.js';

/** The price that a user wanted to be told of was reached; once for each alert. Prices are decimals in text, in USD a unit. */
export const PriceAlertFired = defineEvent(
  'price-alerts.PriceAlertFired',
  z.object({
    userId: z.uuid(),
    alertId: z.uuid(),
    symbol: z.string(),
    direction: z.enum(ALERT_DIRECTIONS),
    /** What was asked for. */
    price: z.string(),
    /** The last trade that fired it. */
    firedPrice: z.string(),
    firedAt: z.iso.datetime(),
  }),
);
