import { MINUTE_MS } from '../../kernel/duration.js';
import { defineSchedule } from '../../redis/index.js';

export const sweepUploadsSchedule = defineSchedule({
  name: 'journal.sweep-uploads',
  description:
    'Removes uploads that broke off and files that are imported, and starts forgotten imports again.',
  everyMs: 5 * MINUTE_MS,
});
