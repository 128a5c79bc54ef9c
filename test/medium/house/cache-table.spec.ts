import { z, type ZodType } from 'zod';
import { blockTtlMs } from '../../../src/modules/market-data/candles/candle-range.js';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../src/kernel/duration.js';
import {
  cacheNamesInSources,
  declaredCaches,
  SAMPLE_PARAMETERS,
  type DeclaredCache,
} from '../../support/declared-caches.js';

interface Row {
  /** After the prefix and `cache:`, of the samples. */
  readonly key: string;
  readonly ttlMs: number;
  readonly negativeTtlMs?: number;
  readonly refreshAfterMs?: number;
  /** After its TTL, for the case that its source fails, or is slower than so long. */
  readonly graceMs?: number;
  readonly softTimeoutMs?: number;
  readonly encrypt?: true;
}

/** What is cached, under which key and for how long: who changes a declaration changes it here, too. */
const TABLE: Readonly<Record<string, Row>> = {
  'users.profile': { key: 'users:u-1:profile', ttlMs: 15 * MINUTE_MS },
  'users.roles': { key: 'users:u-1:roles', ttlMs: 30 * MINUTE_MS },
  'users.permissions': { key: 'users:u-1:permissions', ttlMs: 30 * MINUTE_MS },
  'users.settings': { key: 'users:u-1:settings', ttlMs: 10 * MINUTE_MS },
  'market.quote': { key: 'market:quote:AAPL', ttlMs: 2 * SECOND_MS },
  'market.option-chain': { key: 'market:option-chain:AAPL:2025-06-20', ttlMs: 5 * SECOND_MS },
  'market.status': { key: 'market:status:20250314_1359', ttlMs: MINUTE_MS },
  // Of an open bar a minute: see below.
  'market.candles': {
    key: 'market:candles:AAPL:1d:1000-2000',
    ttlMs: DAY_MS,
    graceMs: 10 * MINUTE_MS,
    softTimeoutMs: 2 * SECOND_MS,
  },
  'market.indices': {
    key: 'market:indices',
    ttlMs: 5 * MINUTE_MS,
    graceMs: HOUR_MS,
    softTimeoutMs: 2 * SECOND_MS,
  },
  'market.search': { key: 'market:search:q-1', ttlMs: 5 * MINUTE_MS },
  'research.financials': {
    key: 'research:financials:AAPL:annual:all',
    ttlMs: DAY_MS,
    graceMs: 6 * DAY_MS,
    softTimeoutMs: 2 * SECOND_MS,
    negativeTtlMs: 5 * MINUTE_MS,
  },
  'research.news': {
    key: 'research:news:AAPL:earnings',
    ttlMs: HOUR_MS,
    graceMs: 23 * HOUR_MS,
    softTimeoutMs: 2 * SECOND_MS,
    negativeTtlMs: 5 * MINUTE_MS,
  },
  'research.analysis': {
    key: 'research:analysis:AAPL:swing',
    ttlMs: 6 * HOUR_MS,
    graceMs: 18 * HOUR_MS,
    softTimeoutMs: 2 * SECOND_MS,
    negativeTtlMs: 5 * MINUTE_MS,
  },
  'ai.answers': { key: 'ai:user:u-1:prompt:h-1', ttlMs: 30 * MINUTE_MS, encrypt: true },
  'ai-studio.dashboard': { key: 'ai:studio:dashboard:u-1', ttlMs: 5 * MINUTE_MS },
  'ai-studio.features': { key: 'ai:studio:features', ttlMs: HOUR_MS },
  'ai-studio.performance': { key: 'ai:studio:model:m-1:performance', ttlMs: DAY_MS },
  'trading.signals': { key: 'trading:u-1:signals', ttlMs: DAY_MS },
  'trading.position-pnl': { key: 'trading:u-1:position-pnl', ttlMs: 30 * SECOND_MS },
  'trading.order-book': { key: 'trading:order-book:AAPL', ttlMs: SECOND_MS },
  'portfolio.summary': {
    key: 'analytics:u-1:portfolio-summary',
    ttlMs: 10 * MINUTE_MS,
    refreshAfterMs: 2 * MINUTE_MS,
  },
  'portfolio.performance': { key: 'analytics:u-1:performance:1d', ttlMs: 30 * MINUTE_MS },
  'portfolio.risk': { key: 'analytics:u-1:risk', ttlMs: 10 * MINUTE_MS },
  'journal.top-trades': { key: 'analytics:u-1:trades:top-pnl:any:10', ttlMs: 5 * MINUTE_MS },
  'auth.api-key': { key: 'users:api-key:h-1', ttlMs: MINUTE_MS },
  'config.email': {
    key: 'config:email',
    ttlMs: 30 * MINUTE_MS,
    negativeTtlMs: 5 * MINUTE_MS,
    encrypt: true,
  },
  'config.system': {
    key: 'config:system',
    ttlMs: HOUR_MS,
    graceMs: DAY_MS,
    softTimeoutMs: SECOND_MS,
  },
  // A query: by the hash of all its parameters.
  'notifications.preferences': {
    key: 'users:query:notifications.preferences:u5W2FXWLUSpI8rLUP-W3lxwKR45PlggPtN5DcWkAgcw',
    ttlMs: 10 * MINUTE_MS,
    negativeTtlMs: 10 * MINUTE_MS,
  },
};

/** What is named like one of these, and is not: */
type Known = Readonly<Record<string, readonly string[]>>;
const NO_SECRET: Known = {
  // whether there is one.
  'config.email': ['passwordSet'],
  // whether news of that is wanted.
  'notifications.preferences': ['password-changed'],
};
const TO_LOOK_AT: Known = {
  // a company's balance sheet;
  'research.financials': ['statements.balance', 'statements.balance.cash'],
  // a figure of an overview, as of its `asOf`: an order is checked against the database.
  'portfolio.summary': ['cash'],
};

function rowOf(cache: DeclaredCache): Row {
  const { namespace, ttlMs, negativeTtlMs, refreshAfterMs, encrypt } = cache;
  const { graceMs, softTimeoutMs } = cache;
  return {
    key: `${namespace}:${cache.key(SAMPLE_PARAMETERS)}`,
    ttlMs,
    ...(negativeTtlMs !== undefined && { negativeTtlMs }),
    ...(refreshAfterMs !== undefined && { refreshAfterMs }),
    ...(graceMs !== undefined && { graceMs }),
    ...(softTimeoutMs !== undefined && { softTimeoutMs }),
    ...(encrypt === true && { encrypt }),
  };
}

/** The paths of all fields in what a schema describes: `positions[].quantity`. */
function fieldsOf(schema: ZodType): string[] {
  const fields: string[] = [];
  const seen = new Set<unknown>();
  const walk = (part: unknown, path: string): void => {
    if (typeof part !== 'object' || part === null || seen.has(part)) return;
    seen.add(part);
    if (part instanceof z.ZodObject) {
      for (const [name, field] of Object.entries(part.shape)) {
        fields.push(`${path}${name}`);
        seen.delete(field);
        walk(field, `${path}${name}.`);
      }
    } else if (part instanceof z.ZodLazy) {
      walk(part.unwrap(), path);
    } else if (part instanceof z.ZodType) {
      // Arrays, unions, records, pipes and all the rest: whatever schemas they are made of.
      for (const inner of Object.values(part.def)) {
        for (const one of Array.isArray(inner) ? inner : [inner]) walk(one, path);
      }
    }
  };
  walk(schema, '');
  return fields;
}

/** Never cached: what signs somebody in, and what decides about money. */
const SECRET = /passw|passphrase|secret|api_?key|token|totp|otp|credential|private_?key|seal/i;
const DECIDES = /balance|^cash$|buying_?power|available|orders?_?status|executions?$/i;

describe('the caches', () => {
  it('are those of the table, with its keys and times', async () => {
    const caches = await declaredCaches();
    expect(Object.fromEntries(caches.map((cache) => [cache.name, rowOf(cache)]))).toEqual(TABLE);
  });

  it('are all declared in files named *.caches.ts', async () => {
    const names = (await declaredCaches()).map(({ name }) => name);
    expect(cacheNamesInSources().sort()).toEqual(names.sort());
  });

  it('serve no ended value where people act on it, or where it lets somebody in', async () => {
    const graced = (await declaredCaches()).filter(({ graceMs }) => graceMs !== undefined);
    const careful = /^(users|trading|portfolio|journal|ai)\b|quote|option|order-book/;
    expect(graced.map(({ name }) => name).filter((name) => careful.test(name))).toEqual([]);
    // One who is to wait for nothing better need not be impatient.
    for (const { softTimeoutMs } of graced) expect(softTimeoutMs).toBeDefined();
  });

  it('make no key twice', () => {
    const keys = Object.values(TABLE).map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('keep an open bar for a minute at most, and closed ones for a day', () => {
    const candle = { openAt: '', open: '1', high: '1', low: '1', close: '1', volume: '1' };
    const block = (closed: boolean) => ({
      timeframe: '1d' as const,
      asOf: '2025-03-14T13:59:00.000Z',
      candles: [{ ...candle, openAt: '2025-03-14T00:00:00.000Z', closed }],
    });
    expect(blockTtlMs(block(false))).toBe(MINUTE_MS);
    // Until the next bar closes: the block gets one more then.
    expect(blockTtlMs(block(true))).toBe(10 * HOUR_MS + MINUTE_MS);
  });

  it('check what they read', async () => {
    const unchecked = (await declaredCaches()).filter(({ schema }) => schema === undefined);
    expect(unchecked.map(({ name }) => name)).toEqual([]);
  });

  it.each([
    ['a secret', SECRET, NO_SECRET],
    ['what decides about money', DECIDES, TO_LOOK_AT],
  ])('hold %s nowhere', async (_, forbidden, known) => {
    const found = (await declaredCaches()).map(({ name, schema }): [string, string[]] => [
      name,
      fieldsOf(schema ?? z.never()).filter((path) => forbidden.test(path.split('.').at(-1) ?? '')),
    ]);
    expect(Object.fromEntries(found.filter(([, fields]) => fields.length > 0))).toEqual(known);
  });

  it('would be seen to hold a secret, however deep it lies', () => {
    const hidden = z.object({ apiKey: z.string() }).optional();
    const schema = z.union([
      z.array(z.record(z.string(), z.object({ a: z.lazy(() => hidden) }))),
      z.object({
        b: z
          .object({ password: z.string() })
          .nullable()
          .transform((b) => b),
      }),
      z.tuple([z.map(z.string(), z.object({ totpSecret: z.string() }))]),
    ]);
    expect(fieldsOf(schema).sort()).toEqual(
      ['a', 'a.apiKey', 'b', 'b.password', 'totpSecret'].sort(),
    );
  });
});
