import { Injectable } from '@nestjs/common';
import { Queues } from '../../../redis/index.js';
import { mlTrainingQueue } from '../ai-studio.queues.js';
import { ForgottenTrainings } from './forgotten-trainings.js';
import { TrainingRunsService } from './training-runs.service.js';

@Injectable()
export class TrainingProcessor {
  constructor(queues: Queues, runs: TrainingRunsService, forgotten: ForgottenTrainings) {
    queues.recover(mlTrainingQueue, {
      'train-model': (recovery) => forgotten.addLost(recovery),
    });
    queues.process(mlTrainingQueue, {
      'train-model': async ({ payload: { trainingId }, attempt, signal }) => {
        try {
          await runs.run(trainingId, signal);
        } catch (error) {
          // An interrupted attempt does not count: the job comes back.
          const isLast = attempt >= mlTrainingQueue.attempts && !signal.aborted;
          if (isLast) await runs.giveUp(trainingId);
          throw error;
        }
      },
    });
  }
}
