import { HOUR_MS } from '../../kernel/duration.js';
import { defineDurableChannel } from '../../realtime/index.js';
import { trainingSchema } from './ai-studio.dto.js';

/** `ai-studio.training:{id}`: each change of a training of the user's own. */
export const trainingChannel = defineDurableChannel({
  name: 'ai-studio.training',
  audience: 'user',
  parameter: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  schema: trainingSchema,
  durable: { keep: { messages: 100, ageMs: HOUR_MS }, snapshot: trainingSchema },
});
