import '../support/quiet.js';
import fc from 'fast-check';
import { newId } from '../../src/kernel/ids.js';
import { MemorySessionCache } from '../../src/redis/session/cache/memory.session-cache.js';
import { RedisSessionCache } from '../../src/redis/session/cache/redis.session-cache.js';
import type { SessionCache } from '../../src/redis/session/cache/session-cache.js';
import type { SessionStore } from '../../src/redis/session/session-store.js';
import { createToken, readToken, tokenOwner } from '../../src/redis/session/session-token.js';
import { ManualClock } from '../support/manual-clock.js';
import { openRedisInstance } from '../support/redis-instance.js';
import { createTestRedisPrefix } from '../support/servers/index.js';
import { age } from '../support/time-travel.js';
import { SessionModel } from './session-model.js';
import { DAY, startAlone, startStore, useSessionRecords } from './session.setup.js';

const login = { userId: 'ada', ip: '192.0.2.7', userAgent: 'Firefox/130' };
/** What a busy machine may take for a run: so much earlier than by the clock of the test may Redis end a session. */
const REAL_TIME_MS = 60_000;

/** Around the limits, where mistakes would be, and anywhere. */
const spans = fc.oneof(
  fc.integer({ min: 0, max: 2 * DAY.idleMs }),
  fc.integer({ min: -5, max: 5 }).map((ms) => DAY.idleMs + ms),
  fc.integer({ min: -5, max: 5 }).map((ms) => DAY.graceMs + ms),
  fc.integer({ min: -5, max: 5 }).map((ms) => DAY.idleMs - REAL_TIME_MS + ms),
);

interface CacheFixture {
  readonly cache: SessionCache;
  readonly clock: ManualClock;
  pass(ms: number): Promise<void>;
}

describe.each([
  [
    'memory',
    async (): Promise<CacheFixture> => {
      const clock = new ManualClock();
      const cache = new MemorySessionCache(DAY, clock);
      return { cache, clock, pass: async (ms) => clock.advance(ms) };
    },
  ],
  [
    'Redis',
    async (): Promise<CacheFixture> => {
      const clock = new ManualClock();
      const instance = await openRedisInstance(createTestRedisPrefix());
      const cache = new RedisSessionCache(instance.connections, instance.keys, DAY, clock);
      return {
        cache,
        clock,
        pass: async (ms) => {
          clock.advance(ms);
          await age(instance, ms);
        },
      };
    },
  ],
])('the %s session cache, asked by itself', (_, open) => {
  it('lets no session outlive either limit, however it is used', async () => {
    const { cache, clock, pass } = await open();
    await fc.assert(
      fc.asyncProperty(
        fc.array(spans, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 4 * DAY.idleMs }),
        async (waits, absoluteMs) => {
          const userId = newId();
          const token = readToken(createToken(userId)) ?? { hash: '', owner: tokenOwner(userId) };
          const nowMs = clock.nowMs();
          const expiresAtMs = nowMs + absoluteMs;
          const session = { ...login, id: newId(), userId, expiresAtMs, generation: 0 };
          await cache.keep(token, { ...session, createdAtMs: nowMs, lastActiveAtMs: nowMs });
          let idleEndMs = nowMs + DAY.idleMs;
          for (const waitMs of waits) {
            await pass(waitMs);
            const found = await cache.use(token);
            const endMs = Math.min(idleEndMs, expiresAtMs);
            if (clock.nowMs() >= endMs) expect(found).toBeUndefined();
            if (clock.nowMs() < endMs - REAL_TIME_MS) expect(found).toMatchObject({ userId });
            if (found === undefined) return;
            idleEndMs = clock.nowMs() + DAY.idleMs;
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});

type Step =
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'create' | 'revokeAll' }
  | {
      readonly kind: 'validate' | 'keepAlive' | 'revoke' | 'rotate' | 'rotateAlone';
      readonly nth: number;
    };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: spans.map((ms) => ({ kind: 'pass' as const, ms })) },
  { weight: 3, arbitrary: fc.constant({ kind: 'create' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'revokeAll' as const }) },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        'validate' as const,
        'validate' as const,
        'validate' as const,
        'keepAlive' as const,
        'revoke' as const,
        'rotate' as const,
        'rotateAlone' as const,
      ),
      nth: fc.nat(20),
    }),
  },
);

describe.each(['memory', 'Redis'] as const)('a session store behind %s', (driver) => {
  const open = useSessionRecords(driver === 'memory' ? 'pglite' : 'postgres');

  async function start(clock: ManualClock): Promise<{
    store: SessionStore;
    pass(ms: number): Promise<void>;
  }> {
    const { records } = open();
    if (driver === 'memory') {
      const store = await startAlone(records, new MemorySessionCache(DAY, clock), DAY, clock);
      return { store, pass: async (ms) => clock.advance(ms) };
    }
    const instance = await openRedisInstance(createTestRedisPrefix());
    return {
      store: await startStore(instance, records, DAY, clock),
      pass: async (ms) => {
        clock.advance(ms);
        await age(instance, ms);
      },
    };
  }

  it('opens by no token what has ended by either limit or by anybody, whatever happens in which order', async () => {
    const clock = new ManualClock();
    const { store, pass } = await start(clock);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 30 }), async (steps) => {
        const userId = newId();
        const model = new SessionModel(store, userId, DAY, clock, REAL_TIME_MS);
        await model.create();
        for (const one of steps) {
          if (one.kind === 'pass') await pass(one.ms);
          else if ('nth' in one) await model.act(one.kind, one.nth);
          else await model[one.kind]();
        }
        await model.check();
      }),
      { numRuns: 60 },
    );
  }, 120_000);
});
