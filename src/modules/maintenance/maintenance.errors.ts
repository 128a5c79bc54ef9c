import { AppError } from '../../kernel/app-error.js';

export const unknownSchedule = () =>
  new AppError('not_found', 'maintenance.unknown_schedule', 'There is no such schedule.');

export const alreadyRunning = (name: string) =>
  new AppError('conflict', 'maintenance.already_running', 'It runs already, or is about to.', {
    details: { name },
  });
