import { randomUUID } from 'node:crypto';
import { MAX_LOST_CLAIMS, type JobStore, type NewStoredJob } from '../../src/kernel/job-store.js';
import { eventually } from '../support/eventually.js';

const LEASE_MS = 30_000;

/** What every job store promises. Each test has a queue of its own in the store that `store()` answers. */
export function describeJobStore(name: string, store: () => JobStore): void {
  describe(`job store: ${name}`, () => {
    let queue: string;

    beforeEach(() => {
      queue = `queue-${randomUUID()}`;
    });

    const add = (job: Partial<NewStoredJob> = {}): Promise<string> =>
      store().add({
        id: randomUUID(),
        queue,
        name: 'job',
        payload: { some: 'payload' },
        version: 1,
        priority: 100,
        maxAttempts: 3,
        delayMs: 0,
        correlationId: 'correlation',
        dedupe: null,
        ...job,
      });
    const claimOne = async (leaseMs = LEASE_MS) => {
      const [job] = await store().claim(queue, 1, leaseMs);
      if (job === undefined) throw new Error('nothing to claim');
      return job;
    };
    /** Claims a job whose lease has run out, once it has. */
    const claimLost = () => eventually(() => claimOne(1));

    it('gives a job out as it was added, and counts the attempt', async () => {
      await add({
        id: 'a',
        payload: { nested: [1, null, 'two'] },
        delayMs: 0,
        correlationId: 'c-1',
      });
      const job = await claimOne();
      expect(job).toMatchObject({
        id: 'a',
        queue,
        name: 'job',
        payload: { nested: [1, null, 'two'] },
        state: 'active',
        attemptsMade: 1,
        maxAttempts: 3,
        progress: 0,
        failedReason: null,
        correlationId: 'c-1',
        finishedAt: null,
      });
      expect(job.startedAt).toBeInstanceOf(Date);
      expect(job.createdAt).toBeInstanceOf(Date);
    });

    it.each([null, 0, false, '', '42', 'true', '"', [], {}, 1.5])(
      'keeps the payload and the result %j as they are',
      async (value) => {
        await add({ id: 'a', payload: value });
        const job = await claimOne();
        await store().complete(job, value);
        const kept = await store().find(queue, 'a');
        expect([job.payload, kept?.payload, kept?.result]).toEqual([value, value, value]);
      },
    );

    it('adds one job per id for as long as it is kept', async () => {
      await add({ id: 'a' });
      await add({ id: 'a', name: 'other' });
      await store().complete(await claimOne(), null);
      await add({ id: 'a' });
      expect(await store().counts(queue)).toMatchObject({ waiting: 0, completed: 1 });
      await store().remove(queue, 'a');
      await add({ id: 'a' });
      expect(await store().counts(queue)).toMatchObject({ waiting: 1, completed: 0 });
    });

    it('keeps equal ids of two queues apart', async () => {
      await add({ id: 'a' });
      await add({ id: 'a', queue: `${queue}-2` });
      expect(await store().claim(queue, 10, LEASE_MS)).toHaveLength(1);
      expect(await store().claim(`${queue}-2`, 10, LEASE_MS)).toHaveLength(1);
    });

    it('gives smaller priorities out first, and equal ones in the order of adding', async () => {
      await add({ id: 'z-first', priority: 100 });
      await add({ id: 'a-second', priority: 100 });
      await add({ id: 'urgent', priority: 1 });
      const claimed = await store().claim(queue, 10, LEASE_MS);
      expect(claimed.map((job) => job.id)).toEqual(['urgent', 'z-first', 'a-second']);
    });

    it('takes no more than the limit, and then the most urgent ones', async () => {
      for (const priority of [5, 4, 3, 2, 1]) await add({ id: `p${priority}`, priority });
      const claimed = await store().claim(queue, 2, LEASE_MS);
      expect(claimed.map((job) => job.id)).toEqual(['p1', 'p2']);
      expect((await store().counts(queue)).active).toBe(2);
    });

    it('never gives one job to two of many concurrent claims', async () => {
      const ids = Array.from({ length: 200 }, (_, index) => `job-${index}`);
      await Promise.all(ids.map((id) => add({ id })));
      const claims = await Promise.all(
        Array.from({ length: 40 }, () => store().claim(queue, 5, LEASE_MS)),
      );
      const claimed = claims.flat().map((job) => job.id);
      // A claim may pass over what another is just taking; what it leaves is there for the next.
      while (claimed.length < ids.length) {
        const more = await store().claim(queue, 50, LEASE_MS);
        if (more.length === 0) break;
        claimed.push(...more.map((job) => job.id));
      }
      expect(claimed.sort()).toEqual(ids.sort());
    });

    it('holds a delayed job back until it is due, and says when that is', async () => {
      await add({ id: 'a', delayMs: 1_500 });
      expect(await store().claim(queue, 1, LEASE_MS)).toEqual([]);
      expect(await store().counts(queue)).toMatchObject({ delayed: 1, waiting: 0 });
      const dueInMs = (await store().nextDueInMs(queue)) ?? 0;
      expect(dueInMs).toBeGreaterThan(0);
      expect(dueInMs).toBeLessThanOrEqual(1_500);
      const job = await eventually(() => claimOne());
      expect(job.id).toBe('a');
      expect(Date.now() - job.createdAt.getTime()).toBeGreaterThanOrEqual(1_495);
    });

    it('says that nothing is due when nothing is there', async () => {
      expect(await store().nextDueInMs(queue)).toBeUndefined();
      await add();
      expect(await store().nextDueInMs(queue)).toBeLessThanOrEqual(0);
    });

    it('makes a job due again when its lease ran out, in the same attempt', async () => {
      await add({ id: 'a' });
      const first = await claimOne(1);
      const second = await claimLost();
      expect(second).toMatchObject({ id: 'a', attemptsMade: 1 });
      expect(second.claimNumber).toBeGreaterThan(first.claimNumber);
    });

    it('does not give out a job whose lease was prolonged in time', async () => {
      await add();
      const job = await claimOne(5_000);
      expect(await store().extend(job, LEASE_MS)).toBe('held');
      expect(await store().claim(queue, 1, LEASE_MS)).toEqual([]);
      expect(await store().nextDueInMs(queue)).toBeGreaterThan(5_000);
    });

    it('changes nothing for whoever lost the claim', async () => {
      await add({ id: 'a' });
      const lost = await claimOne(1);
      const held = await eventually(() => claimOne(LEASE_MS));
      expect(await store().extend(lost, LEASE_MS)).toBe('lost');
      expect(await store().complete(lost, 'late')).toBe(false);
      expect(await store().fail(lost, 'late', null)).toBe(false);
      expect(await store().fail(lost, 'late', 0)).toBe(false);
      expect(await store().release(lost, 0)).toBe(false);
      await store().reportProgress(lost, 99);
      expect(await store().find(queue, 'a')).toMatchObject({
        state: 'active',
        claimNumber: held.claimNumber,
        progress: 0,
        result: null,
        failedReason: null,
      });
      expect(await store().complete(held, 'in time')).toBe(true);
    });

    it('changes nothing for whoever released the job, even in the same attempt', async () => {
      await add({ id: 'a' });
      const released = await claimOne();
      expect(await store().release(released, 0)).toBe(true);
      const held = await claimOne();
      expect(held.attemptsMade).toBe(released.attemptsMade);
      expect(await store().complete(released, 'late')).toBe(false);
      expect((await store().find(queue, 'a'))?.state).toBe('active');
    });

    it('fails a job that keeps losing its worker', async () => {
      await add({ id: 'a' });
      await claimOne(1);
      for (let lost = 1; lost <= MAX_LOST_CLAIMS; lost += 1) await claimLost();
      await eventually(async () => {
        expect(await store().claim(queue, 1, LEASE_MS)).toEqual([]);
        expect(await store().find(queue, 'a')).toMatchObject({ state: 'failed' });
      });
      expect((await store().find(queue, 'a'))?.failedReason).toMatch(/worker was lost/);
    });

    it('keeps how a job ended', async () => {
      await add({ id: 'a' });
      const job = await claimOne();
      await store().reportProgress(job, 40);
      expect((await store().find(queue, 'a'))?.progress).toBe(40);
      expect(await store().complete(job, { filled: true })).toBe(true);
      expect(await store().find(queue, 'a')).toMatchObject({
        state: 'completed',
        result: { filled: true },
        progress: 100,
        finishedAt: expect.any(Date),
      });
      expect(await store().complete(job, 'again')).toBe(false);
    });

    it('tries a failed job again after the delay, in the next attempt', async () => {
      await add({ id: 'a' });
      expect(await store().fail(await claimOne(), 'no answer', 200)).toBe(true);
      expect(await store().find(queue, 'a')).toMatchObject({
        state: 'delayed',
        failedReason: 'no answer',
      });
      expect(await store().claim(queue, 1, LEASE_MS)).toEqual([]);
      expect(await eventually(() => claimOne())).toMatchObject({ id: 'a', attemptsMade: 2 });
    });

    it('keeps a job that failed for good, with its reason', async () => {
      await add({ id: 'a' });
      await store().fail(await claimOne(), 'no such account', null);
      expect(await store().claim(queue, 1, LEASE_MS)).toEqual([]);
      expect(await store().find(queue, 'a')).toMatchObject({
        state: 'failed',
        failedReason: 'no such account',
      });
    });

    it('does not count an attempt that was released, and puts the job back in its place', async () => {
      await add({ id: 'a' });
      const job = await claimOne();
      await add({ id: 'b' });
      await store().release(job, 0);
      expect(await store().find(queue, 'a')).toMatchObject({ state: 'waiting', attemptsMade: 0 });
      expect(await claimOne()).toMatchObject({ id: 'a', attemptsMade: 1 });
    });

    it('holds a job back that was released for later', async () => {
      await add({ id: 'a' });
      await store().release(await claimOne(), 60_000);
      expect(await store().find(queue, 'a')).toMatchObject({ state: 'delayed', attemptsMade: 0 });
    });

    it('frees the key of a job that keeps losing its worker', async () => {
      const dedupe = { key: 'once' };
      await add({ id: 'a', dedupe });
      await claimOne(1);
      for (let lost = 0; lost < MAX_LOST_CLAIMS; lost += 1) await claimLost();
      await eventually(async () => {
        await store().claim(queue, 1, 1);
        expect(await store().find(queue, 'a')).toMatchObject({ state: 'failed' });
      });
      expect(await add({ id: 'b', dedupe })).toBe('b');
    });

    it('makes delayed jobs due, and no others', async () => {
      await add({ id: 'failed', priority: 1 });
      await store().fail(await claimOne(), 'reason', null);
      await add({ id: 'completed', priority: 1 });
      await store().complete(await claimOne(), 'result');
      await add({ id: 'active', priority: 1 });
      await claimOne();
      await add({ id: 'delayed', delayMs: 60_000 });
      for (const id of ['failed', 'completed', 'active', 'nobody']) {
        expect([id, await store().promote(queue, id)]).toEqual([id, false]);
      }
      expect(await store().promote(queue, 'delayed')).toBe(true);
      expect((await store().claim(queue, 10, LEASE_MS)).map((job) => job.id)).toEqual(['delayed']);
    });

    it('makes failed and completed jobs due again, and no others', async () => {
      await add({ id: 'failed', priority: 1 });
      await store().fail(await claimOne(), 'reason', null);
      await add({ id: 'completed', priority: 1 });
      await store().complete(await claimOne(), 'result');
      await add({ id: 'active', priority: 1 });
      await claimOne();
      await add({ id: 'delayed', delayMs: 60_000 });
      expect(await store().requeue(queue, 'active')).toBe(false);
      expect(await store().requeue(queue, 'nobody')).toBe(false);
      expect(await store().requeue(queue, 'delayed')).toBe(false);
      for (const id of ['failed', 'completed']) {
        expect(await store().requeue(queue, id)).toBe(true);
        expect(await store().find(queue, id)).toMatchObject({
          state: 'waiting',
          result: null,
          failedReason: null,
        });
      }
      expect(await store().requeue(queue, 'failed')).toBe(false);
      const claimed = await store().claim(queue, 10, LEASE_MS);
      expect(claimed.map((job) => job.id).sort()).toEqual(['completed', 'failed']);
    });

    it('removes any job but a running one', async () => {
      await add({ id: 'a' });
      const job = await claimOne();
      expect(await store().remove(queue, 'a')).toBe(false);
      await store().complete(job, null);
      expect(await store().remove(queue, 'a')).toBe(true);
      expect(await store().find(queue, 'a')).toBeUndefined();
      expect(await store().remove(queue, 'a')).toBe(false);
    });

    it('lists by state, latest first, page by page', async () => {
      for (const id of ['a', 'b', 'c']) {
        await add({ id });
        await store().complete(await claimOne(), null);
      }
      await add({ id: 'waiting' });
      await add({ id: 'delayed', delayMs: 60_000 });
      const ids = async (...args: Parameters<JobStore['list']>) =>
        (await store().list(...args)).map((job) => job.id);
      expect(await ids(queue, ['completed'], 0, 2)).toEqual(['c', 'b']);
      expect(await ids(queue, ['completed'], 2, 2)).toEqual(['a']);
      expect((await ids(queue, ['waiting', 'delayed'], 0, 10)).sort()).toEqual([
        'delayed',
        'waiting',
      ]);
      const { oldestWaitingSince, ...counts } = await store().counts(queue);
      expect(oldestWaitingSince).toEqual((await store().find(queue, 'waiting'))?.runAt);
      expect(counts).toEqual({
        waiting: 1,
        delayed: 1,
        'waiting-children': 0,
        active: 0,
        completed: 3,
        failed: 0,
      });
    });

    it('cleans what is beyond the number to keep, oldest first, and only in the named state', async () => {
      for (const id of ['a', 'b', 'c']) {
        await add({ id });
        await store().complete(await claimOne(), null);
      }
      await add({ id: 'waiting' });
      expect(await store().clean(queue, 'completed', 60_000, 2)).toBe(1);
      expect(await store().find(queue, 'a')).toBeUndefined();
      expect(await store().clean(queue, 'failed', 0, 0)).toBe(0);
      expect(await store().counts(queue)).toMatchObject({ completed: 2, waiting: 1 });
    });

    it('cleans what ended longer ago than the age to keep', async () => {
      await add({ id: 'a' });
      await store().complete(await claimOne(), null);
      expect(await store().clean(queue, 'completed', 60_000, 100)).toBe(0);
      await eventually(async () => {
        expect(await store().clean(queue, 'completed', 5, 100)).toBe(1);
      });
    });

    it('never cleans a running job', async () => {
      await add({ id: 'a' });
      await claimOne();
      expect(await store().clean(queue, 'active', 0, 0)).toBe(0);
      expect((await store().find(queue, 'a'))?.state).toBe('active');
    });

    it('gives nothing out while the queue is paused', async () => {
      await add({ id: 'a' });
      await store().setPaused(queue, true);
      expect(await store().isPaused(queue)).toBe(true);
      expect(await store().claim(queue, 1, LEASE_MS)).toEqual([]);
      expect(await store().nextDueInMs(queue)).toBeUndefined();
      await store().setPaused(queue, false);
      expect(await store().isPaused(queue)).toBe(false);
      expect((await claimOne()).id).toBe('a');
    });
  });
}
