import { z } from 'zod';
import { defineEvent } from '../../kernel/domain-event.js';

/** A training has ended, one way or another. */
export const TrainingFinished = defineEvent(
  'ai-studio.TrainingFinished',
  z.object({
    userId: z.uuid(),
    modelId: z.uuid(),
    modelName: z.string(),
    trainingId: z.uuid(),
    outcome: z.enum(['done', 'failed', 'cancelled']),
    summary: z.string(),
  }),
);
