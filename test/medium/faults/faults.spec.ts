import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { mostInAnyWindow } from '../../faults/rate-limit/checker.mjs';
import { DELIVERY_MS, check } from '../../faults/cache/checker.mjs';
import { Shapes } from '../../faults/live/shapes.mjs';
import { Tracks } from '../../faults/live/tracks.mjs';

const ROOT = resolve(import.meta.dirname, '../../..');
const TIMEOUT_MS = 40_000;
/** Of one run. Those of trading start servers and processes of the application. */
const RUN_MS = 3 * TIMEOUT_MS;

interface Scenario {
  readonly name: string;
  readonly promise: string;
  readonly figures: Readonly<Record<string, number>>;
  readonly pass: boolean;
}

interface Run {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function faults(...args: readonly string[]): Promise<Run> {
  return new Promise((done) => {
    const options = { cwd: ROOT, timeout: RUN_MS };
    const command = ['test/faults/run.mjs', ...args];
    const child = execFile(process.execPath, command, options, (_, stdout, stderr) => {
      done({ exitCode: child.exitCode, stdout, stderr });
    });
  });
}

describe('npm run faults', () => {
  it('says how it is used', async () => {
    const { exitCode, stdout } = await faults('--help');
    expect(exitCode).toBe(0);
    for (const word of ['cache', '--json', '--only', '--seed']) expect(stdout).toContain(word);
  });

  it.each([
    [['nothing'], 'name areas of cache, rate-limit, session, lock, trading, live, queues'],
    [['cache', '--only', 'no-such'], 'no scenario is called no-such'],
    [['cache', '--loud'], '--loud'],
  ])('refuses %j', async (args, reason) => {
    const { exitCode, stdout, stderr } = await faults(...args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain(reason);
  });

  it(
    'prints one JSON document of what was promised and seen, and nothing else on standard output',
    async () => {
      const only = 'loader-killed,invalidation-cut-of-writer';
      const { exitCode, stdout, stderr } = await faults('cache', '--json', '--only', only);
      const { area, scenarios } = JSON.parse(stdout) as { area: string; scenarios: Scenario[] };
      expect(area).toBe('cache');
      expect(scenarios.map(({ name, pass }) => ({ name, pass }))).toEqual([
        { name: 'invalidation-cut-of-writer', pass: true },
        { name: 'loader-killed', pass: true },
      ]);
      for (const { promise, figures } of scenarios) {
        expect(promise).not.toBe('');
        expect(figures).toMatchObject({ failed: 0, seed: expect.any(Number) });
      }
      expect(exitCode).toBe(0);
      expect(stderr).toContain('kept   loader-killed');
    },
    TIMEOUT_MS,
  );

  it(
    'catches a process that hears of no change',
    async () => {
      const args = ['cache', '--json', '--only', 'invalidation-cut-of-writer', '--deaf', '2'];
      const { exitCode, stdout } = await faults(...args);
      const { scenarios } = JSON.parse(stdout) as { scenarios: Scenario[] };
      expect(scenarios).toMatchObject([{ pass: false }]);
      expect(scenarios[0]?.figures['stale']).toBeGreaterThan(0);
      expect(scenarios[0]?.figures['sweepStale']).toBeGreaterThan(0);
      expect(exitCode).toBe(1);
    },
    TIMEOUT_MS,
  );
});

describe('npm run faults -- rate-limit', () => {
  const play = async (...args: readonly string[]) => {
    const { exitCode, stdout } = await faults('rate-limit', '--json', '--no-peers', ...args);
    const { scenarios } = JSON.parse(stdout) as { scenarios: Scenario[] };
    return { exitCode, scenarios };
  };

  it(
    'holds what three processes let through against the limit, in every window',
    async () => {
      const { exitCode, scenarios } = await play('--only', 'crowd,one-cut-off');
      expect(scenarios).toMatchObject([
        { name: 'crowd', pass: true, figures: { checks: 1_002, admitted: 60 } },
        { name: 'one-cut-off', pass: true, figures: { failed: 0, overBefore: 0, overAfter: 0 } },
      ]);
      expect(exitCode).toBe(0);
    },
    2 * TIMEOUT_MS,
  );

  it(
    'catches a process that counts for itself',
    async () => {
      const { exitCode, scenarios } = await play('--only', 'crowd', '--deaf', '1');
      expect(scenarios).toMatchObject([{ pass: false, figures: { admitted: 120 } }]);
      expect(exitCode).toBe(1);
    },
    TIMEOUT_MS,
  );
});

describe('npm run faults -- session', () => {
  it(
    'holds what three processes and a newcomer answer against what was ended',
    async () => {
      const { exitCode, stdout } = await faults('session', '--json', '--only', 'race');
      const { scenarios } = JSON.parse(stdout) as { scenarios: Scenario[] };
      expect(scenarios).toMatchObject([
        { name: 'race', pass: true, figures: { failed: 0, revived: 0, signedOut: 0, ends: 20 } },
      ]);
      expect(exitCode).toBe(0);
    },
    TIMEOUT_MS,
  );
});

describe('npm run faults -- lock', () => {
  it(
    'freezes Redis under a holder and two who wait',
    async () => {
      const { exitCode, stdout } = await faults('lock', '--json', '--only', 'redis-frozen');
      const { scenarios } = JSON.parse(stdout) as { scenarios: Scenario[] };
      expect(scenarios).toMatchObject([
        { name: 'redis-frozen', pass: true, figures: { outOfOrder: 0, sameToken: 0, untyped: 0 } },
      ]);
      expect(exitCode).toBe(0);
    },
    2 * TIMEOUT_MS,
  );
});

describe('npm run faults -- trading', () => {
  it(
    'cuts the connection around the commits of orders, and counts what became of them',
    async () => {
      const args = ['trading', '--json', '--only', 'connection-cut', '--rounds', '4'];
      const { exitCode, stdout } = await faults(...args);
      const { scenarios } = JSON.parse(stdout) as { scenarios: Scenario[] };
      const once = { sent: 4, acknowledged: 4, orders: 4, executions: 4, cuts: 4 };
      expect(scenarios).toMatchObject([
        { name: 'connection-cut', pass: true, figures: { ...once, ledgerDifferences: 0 } },
      ]);
      expect(exitCode).toBe(0);
    },
    RUN_MS,
  );
});

describe('npm run faults -- live', () => {
  const play = async (...args: readonly string[]) => {
    const { exitCode, stdout } = await faults('live', '--json', '--rounds', '1', ...args);
    const { scenarios } = JSON.parse(stdout) as { scenarios: Scenario[] };
    return { exitCode, scenarios };
  };

  it(
    'catches a process that keeps some messages to itself, and sends others in a shape that is not theirs',
    async () => {
      const { exitCode, scenarios } = await play('--only', 'dropped', '--deaf', '0');
      expect(scenarios).toMatchObject([{ pass: false }]);
      expect(scenarios[0]?.figures['lost']).toBeGreaterThan(0);
      expect(scenarios[0]?.figures['misshapen']).toBeGreaterThan(0);
      expect(exitCode).toBe(1);
    },
    RUN_MS,
  );
});

describe('what a client of live channels has', () => {
  const ORDERS = 'trading.orders';
  const payload = {
    type: 'object',
    properties: { seq: { type: 'integer' }, data: { required: ['id'] } },
    required: ['seq', 'data'],
  };
  const described = { message: { payload }, snapshot: { payload: {} }, followed: { payload: {} } };
  const document = {
    channels: { [ORDERS]: { messages: described }, gateway: { messages: described } },
    components: { messages: { subscribed: { payload: {} } } },
  };
  const message = (seq: number, epoch = 'e') => ({
    ...({ channel: ORDERS, epoch, seq } as const),
    data: { id: `order ${epoch} ${seq}`, version: 1 },
  });
  const begun = () => {
    const truths = { 'trading.orders': new Map(), 'trading.fills': new Map() };
    const tracks = new Tracks(truths, new Shapes(document));
    const { [ORDERS]: track } = tracks.of;
    tracks.snapshot({ channel: ORDERS, epoch: 'e', seq: 1, data: { orders: [] } });
    return { tracks, track };
  };

  it('is all of it when an event stream goes on from its place', () => {
    const { tracks, track } = begun();
    tracks.wait();
    tracks.subscribed({ channel: ORDERS, epoch: 'e', seq: 3, recovered: true });
    for (const seq of [2, 3]) {
      expect(track.isInStep).toBe(false);
      tracks.message(message(seq));
    }
    expect(track.isInStep).toBe(true);
    expect(track.faults).toEqual({ lost: 0, duplicated: 0, outOfOrder: 0, different: 0 });
  });

  it.each([
    ['a place in another epoch without a snapshot', 'f', []],
    ['a place, and not all messages up to the next', 'e', [message(3)]],
  ])('lacks something after %s', (_, epoch, messages) => {
    const { tracks, track } = begun();
    tracks.wait();
    tracks.subscribed({ channel: ORDERS, epoch, seq: 3, recovered: true });
    for (const one of messages) tracks.message(one);
    expect(track.faults.lost).toBe(1);
  });

  it('counts what has another shape than declared, in answers as well, and does not look into it', () => {
    const { tracks, track } = begun();
    tracks.message({ ...message(2), data: {} as { id: string } });
    expect([tracks.misshapen, track.messages]).toEqual([1, 0]);
    const messages = [{ channel: ORDERS, epoch: 'e', seq: 'two', data: {} }];
    tracks.followed({ channel: ORDERS, epoch: 'e', seq: 2, recovered: true, messages });
    expect([tracks.misshapen, track.messages]).toEqual([2, 0]);
  });
});

describe('the most in any window', () => {
  const call = (sentMs: number, answeredMs: number, cost = 1, subject = 'ada') => ({
    subject,
    sentMs,
    answeredMs,
    cost,
  });

  it.each([
    ['of nothing', [], 0],
    ['of units that lie within one', [call(0, 1, 2), call(50, 51), call(98, 99, 3)], 6],
    ['of units one window apart', [call(0, 1, 2), call(100, 101, 3)], 3],
    ['of a call that may have been counted after its end', [call(0, 1), call(99, 100)], 1],
    ['of several subjects, for each of them', [call(0, 1, 2), call(1, 2, 3, 'bob')], 3],
    ['wherever it begins', [call(0, 1), call(60, 61, 4), call(150, 151, 4)], 8],
  ])('%s', (_, calls, most) => {
    expect(mostInAnyWindow(calls, 100)).toBe(most);
  });
});

describe('what counts as stale', () => {
  const WRITER = 1;
  /** Version 2 is the truth from 1,000 on, and version 1 forbidden from 1,010 on; a fault from 5,000 to 6,000. */
  const figures = (read: { instance: number; version: number; startMs: number }) =>
    check({
      reads: [{ index: 0, endMs: read.startMs + 1, ...read }],
      resolved: [{ indices: [0], versions: [2], atMs: 1_010 }],
      changes: [{ index: 0, version: 2, atMs: 1_000 }],
      versions: [2],
      writer: WRITER,
      faultFromMs: 5_000,
      healedMs: 6_000,
    }).figures;

  it.each([
    ['before its invalidation has resolved, an older version', { version: 1, startMs: 1_009 }, 0],
    ['as long as a message may take, an older version', { version: 1, startMs: 1_400 }, 0],
    ['the version of the truth', { version: 2, startMs: 4_000 }, 0],
    ['after that, an older version', { version: 1, startMs: 1_011 + DELIVERY_MS }, 1],
    ['after the fault, an older version', { version: 1, startMs: 6_000 }, 1],
    ['during the fault, an older version', { version: 1, startMs: 5_500 }, 0],
  ])('%s: %j counts %i', (_, read, stale) => {
    expect(figures({ instance: 0, ...read })).toMatchObject({ stale, failed: 0, wrong: 0 });
  });

  it('is anything older in the process that has invalidated it, at once and during faults', () => {
    const at = (startMs: number) => figures({ instance: WRITER, version: 1, startMs }).ownStale;
    expect([1_009, 1_011, 5_500].map(at)).toEqual([0, 1, 1]);
  });

  it('is told apart from what failed, and from what nobody wrote', () => {
    expect(figures({ instance: 0, version: -1, startMs: 2_000 })).toMatchObject({ failed: 1 });
    expect(figures({ instance: 0, version: 3, startMs: 2_000 })).toMatchObject({ wrong: 1 });
  });
});
