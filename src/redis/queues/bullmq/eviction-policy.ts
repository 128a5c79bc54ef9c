import { Logger } from '@nestjs/common';
import { AppError } from '../../../kernel/app-error.js';
import type { RedisClient } from '../../connection/create-client.js';

/**
 * Makes sure that the queue Redis never throws jobs away to make room: any policy but `noeviction` does.
 * @throws AppError `queue.redis_evicts` (invalid) in production; elsewhere it is a warning.
 */
export async function refuseEviction(client: RedisClient, production: boolean): Promise<void> {
  const logger = new Logger('Jobs');
  let policy: string | undefined;
  try {
    policy = await evictionPolicy(client);
  } catch (error) {
    logger.warn({ message: 'could not ask the queue Redis for its maxmemory-policy', err: error });
    return;
  }
  if (policy === 'noeviction') return;
  const problem =
    policy === undefined
      ? 'the queue Redis does not tell its maxmemory-policy'
      : `the queue Redis may throw jobs away: its maxmemory-policy is ${policy} and must be noeviction (QUEUE_REDIS_URL)`;
  if (policy === undefined || !production) return logger.warn(problem);
  throw new AppError('invalid', 'queue.redis_evicts', problem);
}

/** Hosted Redis often forbids CONFIG, and tells the same in INFO. */
async function evictionPolicy(client: RedisClient): Promise<string | undefined> {
  try {
    const answer = await client.config('GET', 'maxmemory-policy');
    if (Array.isArray(answer) && typeof answer[1] === 'string') return answer[1];
  } catch (error) {
    if (!isRefusal(error)) throw error;
  }
  const info = await client.info('memory');
  return /^maxmemory_policy:(\S+)/m.exec(info)?.[1];
}

/** The server answered, and the answer is no. */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError';
}
