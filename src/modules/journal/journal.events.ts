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
  }),
);

/** An import has ended by itself, whichever way: once for each that is not undone before. */
export const ImportEnded = defineEvent(
  'journal.ImportEnded',
  z.object({
    userId: z.uuid(),
    importId: z.uuid(),
    fileName: z.string(),
    outcome: z.enum(['done', 'failed']),
    /** Trades added to the journal; none when it failed. */
    imported: z.number(),
    /** Trades that the journal had already. */
    duplicates: z.number(),
    /** Lines that could not be read. */
    failed: z.number(),
    failure: z.object({ code: z.string(), message: z.string() }).nullable(),
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

/** In the outbox, what becomes of an import keeps its order: whoever writes here has locked its row. */
export function importStream(importId: string): { readonly stream: string } {
  return { stream: `import:${importId}` };
}
