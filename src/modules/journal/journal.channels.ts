import { HOUR_MS } from '../../kernel/duration.js';
import { defineDurableChannel } from '../../realtime/index.js';
import { importSummarySchema } from './journal.dto.js';

/** How an import of the user's own gets on: each change of its status, and its progress a few times a second. */
export const importChannel = defineDurableChannel({
  name: 'journal.import',
  audience: 'user',
  parameter: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  schema: importSummarySchema,
  durable: { keep: { messages: 100, ageMs: HOUR_MS }, snapshot: importSummarySchema },
});
