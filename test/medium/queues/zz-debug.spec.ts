import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { defineQueue } from '../../../src/redis/queues/queue-definition.js';
import { bullBackend } from '../../contracts/queues.drivers.js';
import { eventually } from '../../support/eventually.js';
import { testRedisUrl } from '../../support/servers/index.js';
import { RedisProxy } from './redis-proxy.js';
import { writeSync } from 'node:fs';
jest.setTimeout(60_000);
it('x', async () => {
  const t0 = performance.now();
  const log = (...a: unknown[]) => writeSync(2, `${Math.round(performance.now() - t0)} ${a.map((x) => typeof x === 'string' ? x : JSON.stringify(x)).join(' ')}\n`);
  const proxy = new RedisProxy(testRedisUrl());
  await proxy.up();
  const backend = await bullBackend(proxy.url);
  const queue = defineQueue({
    name: `mail-${randomBytes(4).toString('hex')}`,
    jobs: { send: z.object({ to: z.string() }) },
    attempts: 3, backoff: { delayMs: 10, maxDelayMs: 10 }, concurrency: 2,
    retention: { completedMs: 60_000, completedCount: 10, failedMs: 60_000, failedCount: 10 }, priority: 'normal',
  });
  const sent: string[] = [];
  const p = backend.createProcess(queue);
  p.queues.process(queue, { send: async ({ payload }) => sent.push(payload.to) });
  await p.start();
  await p.queues.add(queue, 'send', { to: 'before' });
  await eventually(() => expect(sent).toEqual(['before']));
  const w = (p.queues as any).dbg()[0].dbg();
  const b = w.getBackend();
  const watch = async (name: string, c: any) => { const cl = await c; for (const e of ['ready', 'close', 'end', 'reconnecting', 'error', 'connect']) cl.on(e, (x: any) => log(name, e, x?.message ?? '', cl.status)); };
  void watch('main', b.client); void watch('blocking', b.blockingClient);
  w.on('error', (e: Error) => log('worker error', e.message));
  const orig = w.waitForJob.bind(w);
  w.waitForJob = async (x: number) => { log('waitForJob', x); try { const r = await orig(x); log('waitForJob ->', r); return r; } catch (e) { log('waitForJob !!', String(e)); throw e; } };
  const om = b.moveToActive.bind(b);
  b.moveToActive = async (...a: any[]) => { log('moveToActive'); try { const r = await om(...a); log('moveToActive ->', r); return r; } catch (e) { log('moveToActive !!', String(e)); throw e; } };
  await p.queues.add(queue, 'send', { to: 'meanwhile' }, { delayMs: 500 });
  log('down');
  await proxy.down();
  await new Promise((r) => setTimeout(r, 1500));
  await proxy.up();
  log('up');
  await eventually(() => expect(sent).toEqual(['before', 'meanwhile']), { timeoutMs: 30_000 });
  log('done');
  await backend.close();
  await proxy.down();
  log('closed');
});
