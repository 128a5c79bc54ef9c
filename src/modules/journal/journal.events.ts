import { z } from 'zod';
import { defineEvent } from '../../kernel/domain-event.js';

/** An import of trades has ended; `imported` of its rows are new trades of the user. */
export const TradesImported = defineEvent(
  'journal.TradesImported',
  z.object({ userId: z.uuid(), importId: z.uuid(), imported: z.number() }),
);
