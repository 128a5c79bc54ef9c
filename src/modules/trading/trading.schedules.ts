import { DAY_MS } from '../../kernel/duration.js';
import { defineSchedule } from '../../redis/index.js';

export const dropOldSignals = defineSchedule({
  name: 'trading.drop-old-signals',
  description: 'Deletes signals that ended 30 days ago.',
  everyMs: DAY_MS,
});
