import { AppError } from '../../kernel/app-error.js';

export const unknownSchedule = () =>
  new AppError('not_found', 'maintenance.unknown_schedule', 'There is no such schedule.');

export const alreadyRunning = (name: string) =>
  new AppError('conflict', 'maintenance.already_running', 'It runs already, or is about to.', {
    details: { name },
  });

export const unknownQueue = () =>
  new AppError('not_found', 'maintenance.unknown_queue', 'There is no such queue.');

export const jobGone = () =>
  new AppError('conflict', 'maintenance.job_gone', 'The job has ended, or there is none.');

export const unknownDeadLetter = () =>
  new AppError('not_found', 'maintenance.unknown_dead_letter', 'There is no such dead letter.');

export const alreadyReplayed = () =>
  new AppError('conflict', 'maintenance.already_replayed', 'The job was added again already.');

export const cannotReplay = () =>
  new AppError(
    'unprocessable',
    'maintenance.cannot_replay',
    'This release has no such job, or its payload does not fit it.',
  );
