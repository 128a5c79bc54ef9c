import { z } from 'zod';
import { defineEvent } from '../../kernel/domain-event.js';

/** An import is done: its trades are stored. */
export const TradesImported = defineEvent(
  'journal.TradesImported',
  z.object({ userId: z.uuid(), importId: z.uuid(), imported: z.number() }),
);
