import { z } from 'zod';
import type { KeyRing } from '../../kernel/secret-box.js';
import { defineJob } from './job-definition.js';
import { defineQueue, extendQueue } from './queue-definition.js';
import { QueueRegistry } from './queue-registry.js';

const anyJob = defineJob({ schema: z.object({}), recovery: 'none', timeoutMs: 1_000 });

function mailQueue(name = 'mail') {
  return defineQueue({
    name,
    jobs: { send: anyJob, bounce: anyJob },
    attempts: 1,
    backoff: { delayMs: 1, maxDelayMs: 1 },
    concurrency: 1,
    rateLimit: null,
    retention: { completedMs: 1, completedCount: 1, failedMs: 1, failedCount: 1 },
    priority: 'normal',
  });
}
const done = async (): Promise<void> => undefined;

describe('a queue that another module adds jobs to', () => {
  it('holds the jobs of all parts under the settings of its owner, each with its processor', () => {
    const registry = new QueueRegistry();
    const mail = mailQueue();
    const digests = extendQueue(mail, { digest: anyJob });
    registry.declare(digests);
    registry.declare(mail);
    registry.register(mail, { send: done, bounce: done });
    expect(() => registry.assertComplete()).toThrow(
      expect.objectContaining({ code: 'queue.no_processor' }),
    );
    registry.register(digests, { digest: done });
    expect(() => registry.assertComplete()).not.toThrow();
    expect(registry.queues).toHaveLength(1);
    expect(Object.keys(registry.get('mail').jobs).sort()).toEqual(['bounce', 'digest', 'send']);
  });

  it('refuses a job that another part has', () => {
    const registry = new QueueRegistry();
    const mail = mailQueue();
    registry.declare(mail);
    expect(() => registry.declare(extendQueue(mail, { send: anyJob }))).toThrow(
      expect.objectContaining({ code: 'queue.job_declared_twice' }),
    );
  });
});

describe('QueueRegistry', () => {
  it('is complete when every declared job has a processor', () => {
    const registry = new QueueRegistry();
    const mail = mailQueue();
    registry.declare(mail);
    registry.register(mail, { send: done, bounce: done });
    expect(() => registry.assertComplete()).not.toThrow();
    expect(registry.findProcessor('mail', 'send')).toBe(done);
  });

  it('names the queue and the job that nobody processes', () => {
    const registry = new QueueRegistry();
    const mail = mailQueue();
    registry.declare(mail);
    registry.register(mail, { send: done } as never);
    expect(() => registry.assertComplete()).toThrow(
      expect.objectContaining({
        code: 'queue.no_processor',
        message: 'job "bounce" of the queue "mail" has no processor',
        details: { queue: 'mail', job: 'bounce' },
      }),
    );
  });

  it('names a processor of a job or a queue that nobody declared', () => {
    const registry = new QueueRegistry();
    const mail = mailQueue();
    registry.declare(mail);
    registry.register(mail, { send: done, bounce: done, forward: done } as never);
    expect(() => registry.assertComplete()).toThrow(
      expect.objectContaining({
        code: 'queue.no_such_job',
        details: { queue: 'mail', job: 'forward' },
      }),
    );
    const other = new QueueRegistry();
    other.register(mailQueue('post'), { send: done, bounce: done });
    expect(() => other.assertComplete()).toThrow(
      expect.objectContaining({ code: 'queue.no_such_job' }),
    );
  });

  it('takes one set of processors per queue', () => {
    const registry = new QueueRegistry();
    registry.register(mailQueue(), { send: done, bounce: done });
    expect(() => registry.register(mailQueue(), { send: done, bounce: done })).toThrow(
      expect.objectContaining({ code: 'queue.processed_twice' }),
    );
  });

  it('takes the same declaration twice, and not two of one name', () => {
    const registry = new QueueRegistry();
    const mail = mailQueue();
    registry.declare(mail);
    registry.declare(mail);
    expect(registry.queues).toEqual([mail]);
    expect(() => registry.declare(mailQueue())).toThrow(
      expect.objectContaining({ code: 'queue.declared_twice' }),
    );
  });

  it('is not complete while nobody finds the lost jobs of a kind that needs a finder', () => {
    const registry = new QueueRegistry();
    const jobs = { send: { ...anyJob, recovery: 'source' as const }, bounce: anyJob };
    registry.declare({ ...mailQueue(), jobs });
    registry.register(mailQueue(), { send: done, bounce: done });
    expect(() => registry.assertComplete()).toThrow(
      expect.objectContaining({ code: 'queue.no_finder', details: { queue: 'mail', job: 'send' } }),
    );
    registry.recover('mail', { send: async () => 0 });
    registry.assertComplete();
  });

  it('takes no job that would carry a secret in the clear, and none to encrypt without keys', () => {
    const schema = z.object({ password: z.string() });
    const jobs = (encrypt: 'password'[]) => ({
      send: defineJob({ schema, recovery: 'none', timeoutMs: 1, encrypt }),
      bounce: anyJob,
    });
    expect(() => new QueueRegistry().declare({ ...mailQueue(), jobs: jobs([]) })).toThrow(
      expect.objectContaining({ code: 'queue.secret_in_the_clear' }),
    );
    const sealed = { ...mailQueue(), jobs: jobs(['password']) };
    expect(() => new QueueRegistry().declare(sealed)).toThrow(
      expect.objectContaining({ code: 'queue.no_keys' }),
    );
    const keys: KeyRing = [{ id: 'k1', secret: Buffer.alloc(32).toString('base64') }];
    new QueueRegistry(undefined, keys).declare(sealed);
  });

  it('lets no queue keep its jobs for longer than is allowed', () => {
    const kept = { completedKeptMs: 5, failedKeptMs: Infinity, completedKeptBytes: Infinity };
    const registry = new QueueRegistry(kept);
    const retention = { completedMs: 10, completedCount: 1, failedMs: 10, failedCount: 1 };
    registry.declare({ ...mailQueue(), retention });
    expect(registry.get('mail').retention).toEqual({ ...retention, completedMs: 5 });
  });

  it.each(['', 'With Capitals', 'a:b', 'a/b', '1st', '{a}'])('refuses the name "%s"', (name) => {
    expect(() => new QueueRegistry().declare(mailQueue(name))).toThrow(
      expect.objectContaining({ code: 'queue.invalid_name' }),
    );
  });

  it('has no processor by the name of a property that every object has', () => {
    const registry = new QueueRegistry();
    registry.register(mailQueue(), { send: done, bounce: done });
    expect(registry.findProcessor('mail', 'constructor')).toBeUndefined();
  });
});
