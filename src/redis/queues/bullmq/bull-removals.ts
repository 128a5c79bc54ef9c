import type { Job, Queue } from 'bullmq';
import { childRemoved } from '../../../kernel/job-store.js';
import type { RedisClient } from '../../connection/create-client.js';
import { LuaScript } from '../../scripts/lua-script.js';
import type { WaitingState } from '../queue-driver.js';

const FAIL_PARENT = new LuaScript('flow-fail-parent');
/** Every job of ours has a priority, so those that wait stand in `prioritized`; in `wait` for a moment, or as parents. */
const TYPES = { waiting: ['wait', 'prioritized'], delayed: ['delayed'] } as const;

/** Up to `limit` jobs of these states, the oldest of each first. */
export async function waitingJobs(
  queue: Queue,
  states: readonly WaitingState[],
  limit: number,
): Promise<Job[]> {
  const types = states.flatMap((state) => [...TYPES[state]]);
  const jobs = (await queue.getJobs(types, 0, limit - 1, true)) as (Job | undefined)[];
  return jobs.filter((job) => job !== undefined).slice(0, limit);
}

/** @returns the ids of those that are gone: not of one that a worker has begun. */
export async function removeJobs(
  queue: Queue,
  client: RedisClient,
  ids: readonly string[],
): Promise<string[]> {
  const gone = await Promise.all(ids.map((id) => removeJob(queue, client, id)));
  return ids.filter((_, index) => gone[index]);
}

/** BullMQ alone would let a parent go on as if a child that was removed had never been. */
async function removeJob(queue: Queue, client: RedisClient, id: string): Promise<boolean> {
  const key = queue.toKey(id);
  const [parentKey, parent] = await client.hmget(key, 'parentKey', 'parent');
  if (!parentKey || !parent || !('fpof' in Object(JSON.parse(parent)))) {
    return removeWaiting(queue, id);
  }
  const keys = [parentKey, `${parentKey}:dependencies`, `${key}:lock`];
  const noted = await FAIL_PARENT.run(client, keys, [key, childRemoved(id)]);
  if (await removeWaiting(queue, id)) return true;
  // A worker has begun it: the parent waits for it as before.
  if (noted === 1) await client.hdel(parentKey, 'defa');
  return false;
}

/** With a parent goes what waits of its children; those that run go on. BullMQ by itself takes all of them or none. */
async function removeWaiting(queue: Queue, id: string): Promise<boolean> {
  if ((await queue.remove(id)) === 1) return true;
  const job = await queue.getJob(id);
  if (!(await job?.isWaitingChildren())) return false;
  await job?.removeUnprocessedChildren();
  return (await queue.remove(id, { removeChildren: false })) === 1;
}
