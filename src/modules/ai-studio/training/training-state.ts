export const TRAINING_STATUSES = ['waiting', 'running', 'finished', 'failed', 'cancelled'] as const;
export type TrainingStatus = (typeof TRAINING_STATUSES)[number];

/** A model has one training in these at most. */
export const UNFINISHED_STATUSES = ['waiting', 'running'] as const satisfies TrainingStatus[];

/** How a training can end. */
export const OUTCOMES = ['finished', 'failed', 'cancelled'] as const satisfies TrainingStatus[];
export type Outcome = (typeof OUTCOMES)[number];
