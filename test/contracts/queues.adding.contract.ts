import { eventually } from '../support/eventually.js';
import { greet, type Greeting, type QueueBench, testQueue } from './queues.setup.js';

/** What may be added, and what becomes of it. */
export function describeAdding(bench: () => QueueBench): void {
  it('hands an added job to its processor, and keeps the result', async () => {
    const queue = testQueue();
    const seen: Partial<Greeting>[] = [];
    const process = await bench().worker(queue, async ({ id, name: job, payload, attempt }) => {
      seen.push({ id, name: job, payload, attempt });
      return { said: `hello ${payload.name}` };
    });
    const { id } = await greet(process.queues, queue, 'Ada');
    const ended = await bench().untilState(process, queue, id, 'completed');
    expect(seen).toEqual([{ id, name: 'greet', payload: { name: 'Ada' }, attempt: 1 }]);
    expect(ended.returnvalue).toEqual({ said: 'hello Ada' });
    await process.stop();
  });

  it('starts a job that is added to an idle queue at once', async () => {
    const queue = testQueue();
    let startedAt = 0;
    const process = await bench().worker(queue, async () => {
      startedAt = performance.now();
    });
    await greet(process.queues, queue, 'first');
    await eventually(() => expect(startedAt).toBeGreaterThan(0));
    const took: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      startedAt = 0;
      const addedAt = performance.now();
      await greet(process.queues, queue, `round ${round}`);
      await eventually(() => expect(startedAt).toBeGreaterThan(0), { intervalMs: 2 });
      took.push(startedAt - addedAt);
    }
    // Far below the polling interval of either driver.
    expect(took.sort((a, b) => a - b)[2]).toBeLessThan(450);
    await process.stop();
  });

  it('takes a job by the names of its queue and itself', async () => {
    const queue = testQueue();
    const greeted: string[] = [];
    const process = await bench().worker(queue, async ({ payload }) => greeted.push(payload.name));
    await process.queues.addByName(queue.name, 'greet', { name: 'Ada' });
    await eventually(() => expect(greeted).toEqual(['Ada']));
    await process.stop();
  });

  it.each<[string, string, unknown, object, string]>([
    ['a payload that breaks the schema', 'greet', { name: 7 }, {}, 'queue.invalid_payload'],
    [
      'a payload that does not survive JSON',
      'greet',
      { name: Symbol('Ada') },
      {},
      'queue.invalid_payload',
    ],
    ['a payload that is no JSON', 'greet', { name: 1n }, {}, 'queue.invalid_payload'],
    [
      'a payload that no database can keep',
      'greet',
      { name: 'A\0da' },
      {},
      'queue.invalid_payload',
    ],
    ['no payload where one is due', 'greet', undefined, {}, 'queue.invalid_payload'],
    ['an oversized payload', 'greet', { name: 'x'.repeat(300_000) }, {}, 'queue.payload_too_large'],
    ['an unknown job', 'wave', { name: 'Ada' }, {}, 'queue.unknown_job'],
    ['a job named like a property of every object', 'constructor', {}, {}, 'queue.unknown_job'],
    ['an id with a colon', 'greet', { name: 'Ada' }, { id: 'a:b' }, 'queue.invalid_id'],
    ['a bare number as id', 'greet', { name: 'Ada' }, { id: '42' }, 'queue.invalid_id'],
    ['a bare negative number as id', 'greet', { name: 'Ada' }, { id: '-42' }, 'queue.invalid_id'],
    ['a word of BullMQ as id', 'greet', { name: 'Ada' }, { id: 'completed' }, 'queue.invalid_id'],
    [
      'a key that stands for no time',
      'greet',
      { name: 'Ada' },
      { dedupe: { key: 'a', ttlMs: 0 } },
      'queue.invalid_dedupe',
    ],
    ['an empty id', 'greet', { name: 'Ada' }, { id: '' }, 'queue.invalid_id'],
    ['an empty key', 'greet', { name: 'Ada' }, { dedupe: { key: '' } }, 'queue.invalid_dedupe'],
    [
      'a key that no database can keep',
      'greet',
      { name: 'Ada' },
      { dedupe: { key: 'a\0' } },
      'queue.invalid_dedupe',
    ],
    ['a negative delay', 'greet', { name: 'Ada' }, { delayMs: -1 }, 'queue.invalid_delay'],
    [
      'a delay that is no number',
      'greet',
      { name: 'Ada' },
      { delayMs: NaN },
      'queue.invalid_delay',
    ],
  ])('refuses %s, and keeps nothing of it', async (_what, job, payload, options, code) => {
    const queue = testQueue();
    const { queues } = await bench().producer(queue);
    await expect(queues.addByName(queue.name, job, payload, options)).rejects.toMatchObject({
      code,
    });
    const counts = await queues.dashboardAdapter(queue).getJobCounts();
    expect(Object.values(counts).every((count) => count === 0)).toBe(true);
  });

  it('adds what finders of several processes have found once, and once more after another loss', async () => {
    const queue = testQueue();
    const [one, other] = [await bench().producer(queue), await bench().producer(queue)];
    const lost = new Map(['a', 'b'].map((name) => [`order-${name}`, { name }]));
    const { signal } = new AbortController();
    const add = ({ queues }: typeof one, id: string) =>
      queues.addLost(queue, 'greet', lost, { id, signal });
    expect(await Promise.all([add(one, 'first'), add(other, 'first')])).toEqual([2, 2]);
    expect((await one.queues.report(queue)).counts).toMatchObject({ waiting: 2 });
    await add(other, 'second');
    expect((await one.queues.report(queue)).counts).toMatchObject({ waiting: 4 });
    const stopped = AbortSignal.abort(new Error('shutting down'));
    const late = one.queues.addLost(queue, 'greet', lost, { id: 'third', signal: stopped });
    await expect(late).rejects.toThrow('shutting down');
  });

  it('refuses a job for a queue that is not declared', async () => {
    const { queues } = await bench().producer();
    await expect(greet(queues, testQueue(), 'Ada')).rejects.toMatchObject({
      code: 'queue.not_declared',
    });
  });
}
