import { z } from 'zod';
import { defineEvent } from '../../kernel/domain-event.js';
import { importSummarySchema } from './journal.dto.js';

/** An import has come to its end, and its trades are in the journal. */
export const TradesImported = defineEvent(
  'journal.TradesImported',
  z.object({
    userId: z.uuid(),
    importId: z.uuid(),
    imported: z.number(),
    fileName: z.string().optional(),
    duplicates: z.number().optional(),
    failed: z.number().optional(),
  }),
);

/** Trades of an import have left the journal: it was undone, or failed in the middle. */
export const TradesRemoved = defineEvent(
  'journal.TradesRemoved',
  z.object({ userId: z.uuid(), importId: z.uuid(), removed: z.number() }),
);

/** An import was taken, began, ended, failed or was undone. */
export const ImportChanged = defineEvent(
  'journal.ImportChanged',
  z.object({ userId: z.uuid(), import: importSummarySchema }),
);
