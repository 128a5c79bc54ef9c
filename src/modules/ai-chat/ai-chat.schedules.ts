import { DAY_MS } from '../../kernel/duration.js';
import { defineSchedule } from '../../redis/index.js';

export const dropOldUsage = defineSchedule({
  name: 'ai-chat.drop-old-usage',
  description: 'Drops the counts of questions of days long past.',
  everyMs: DAY_MS,
});
