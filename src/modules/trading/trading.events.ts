import { z } from 'zod';
import { defineEvent } from '../../kernel/domain-event.js';
import { orderSchema, tradeSchema } from './trading.dto.js';

/** An order was accepted, opened, filled, cancelled or rejected. */
export const OrderChanged = defineEvent(
  'trading.OrderChanged',
  z.object({ userId: z.uuid(), order: orderSchema }),
);

/** An order traded: execution, cash and position are stored. */
export const OrderFilled = defineEvent(
  'trading.OrderFilled',
  z.object({ userId: z.uuid(), trade: tradeSchema }),
);
