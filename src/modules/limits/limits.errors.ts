import { AppError } from '../../kernel/app-error.js';

export const unknownLimit = (name: string) =>
  new AppError('not_found', 'rate_limit.unknown', `There is no limit ${name}.`);

export const unknownBlock = () =>
  new AppError('not_found', 'block.not_found', 'There is no such block, or it has ended.');

export const blockOfOneself = () =>
  new AppError('conflict', 'block.own_address', 'You would block the address that you come from.');

export const blockAllowListed = () =>
  new AppError(
    'conflict',
    'block.never_blocked',
    'NEVER_BLOCKED has all of this network: a block of it would change nothing.',
  );

export const impossibleLimit = (name: string) =>
  new AppError(
    'unprocessable',
    'rate_limit.impossible',
    'So many calls in so long a window cannot be counted exactly: take fewer, or a shorter window.',
    { details: { name } },
  );
