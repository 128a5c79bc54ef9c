import { z } from 'zod';
import { DAY_MS, SECOND_MS } from '../../kernel/duration.js';
import { byUser, defineCache } from '../../redis/index.js';
import { positionPnlSchema, type PositionPnl } from './pnl/pnl.dto.js';
import { signalSchema, type Signal } from './signals/signals.dto.js';

interface ByUser {
  readonly userId: string;
}

/** On everything that a fill or a transfer of cash of the user makes wrong, in whichever module. */
export const fillsTag = (userId: string) => `fills:${userId}`;

export const signalsTag = (userId: string) => `signals:${userId}`;

/** All that were valid when it was stored; who reads it leaves out what has ended since. */
export const signalsCache = defineCache<ByUser, Signal[]>({
  name: 'trading.signals',
  namespace: 'trading',
  key: ({ userId }) => `${userId}:signals`,
  ttlMs: DAY_MS,
  tags: ({ userId }) => [byUser(userId), signalsTag(userId)],
  schema: z.array(signalSchema),
});

/** Replaced on ticks while somebody watches. To look at; what decides about money asks the database. */
export const positionPnlCache = defineCache<ByUser, PositionPnl>({
  name: 'trading.position-pnl',
  namespace: 'trading',
  key: ({ userId }) => `${userId}:position-pnl`,
  ttlMs: 30 * SECOND_MS,
  tags: ({ userId }) => [byUser(userId), fillsTag(userId)],
  schema: positionPnlSchema,
});
