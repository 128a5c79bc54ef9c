import { z } from 'zod';
import { defineEvent } from '../../kernel/domain-event.js';
import { trainingSchema } from './ai-studio.dto.js';
import { OUTCOMES } from './training/training-state.js';

/** A training was asked for, began, came forward or ended. */
export const TrainingChanged = defineEvent(
  'ai-studio.TrainingChanged',
  z.object({ userId: z.uuid(), training: trainingSchema }),
);

/** A training ended: the model has a new version, or the reason why not. */
export const TrainingFinished = defineEvent(
  'ai-studio.TrainingFinished',
  z.object({
    userId: z.uuid(),
    modelId: z.uuid(),
    /** Of the model. */
    name: z.string(),
    trainingId: z.uuid(),
    outcome: z.enum(OUTCOMES),
    /** The version that was made, and how well it called the rows it was tested on; null unless finished. */
    result: z
      .object({ version: z.number().int(), accuracy: z.number(), baselineAccuracy: z.number() })
      .nullable(),
    /** Null unless failed. */
    failure: z.object({ code: z.string(), reason: z.string() }).nullable(),
  }),
);

/** In the outbox, what becomes of a training keeps its order: whoever writes here has inserted or updated its row. */
export function trainingStream(trainingId: string): { readonly stream: string } {
  return { stream: `training:${trainingId}` };
}
