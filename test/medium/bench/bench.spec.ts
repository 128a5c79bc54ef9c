import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { interleave } from '../../../bench/harness/rounds.mjs';
import { expectSame, WrongResult } from '../../../bench/harness/results.mjs';
import { limitRow, ratioRow, type Row } from '../../../bench/harness/rows.mjs';
import { runCases } from '../../../bench/harness/run-cases.mjs';
import type { Side } from '../../../bench/harness/side.mjs';
import { median, percentile } from '../../../bench/harness/statistics.mjs';
import { compareRates } from '../../../bench/harness/throughput.mjs';

const CLI = resolve(import.meta.dirname, '../../../bench/cli.mjs');
const RUN_TIMEOUT_MS = 120_000;

interface Run {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function bench(...args: string[]): Promise<Run> {
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, [CLI, ...args], { timeout: RUN_TIMEOUT_MS });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.once('error', failed).once('close', (exitCode) => done({ exitCode, stdout, stderr }));
  });
}

const FIELDS = [
  ['case', 'string'],
  ['ours', 'number'],
  ['peer', 'string'],
  ['theirs', 'number'],
  ['unit', 'string'],
  ['ratio', 'number'],
  ['target', 'number'],
  ['rounds', 'number'],
  ['spread', 'object'],
  ['pass', 'boolean'],
];

describe('npm run bench', () => {
  it(
    'prints one document of rows, and says there whether targets are met',
    async () => {
      const args = ['cache', '--json', '--rounds', '1', '--only', 'l1-get-or-set,stampede'];
      const { exitCode, stdout, stderr } = await bench(...args);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.any(String) });
      const { area, rows, ...others }: { area: string; rows: Row[] } = JSON.parse(stdout);
      expect(area).toBe('cache');
      expect(others).toEqual({});
      for (const row of rows) {
        expect(Object.entries(row).map(([name, value]) => [name, typeof value])).toEqual(FIELDS);
        expect(row.rounds).toBe(1);
        expect(Math.min(row.ours, row.theirs)).toBeGreaterThan(0);
      }
      expect(rows.map(({ case: name, peer, unit }) => `${name}, ${peer}, ${unit}`)).toEqual([
        expect.stringMatching(/^l1-get-or-set, bentocache@[\d.]+, ops\/s$/),
        expect.stringMatching(/^l1-get-or-set, cacheable@[\d.]+, ops\/s$/),
        expect.stringMatching(/^l1-get-or-set, lru-cache@[\d.]+, ops\/s$/),
        expect.stringMatching(/^stampede, bentocache@[\d.]+, loads$/),
      ]);
      expect(stderr).toContain('round 1 of 1');
    },
    RUN_TIMEOUT_MS,
  );

  it(
    'measures the rate limiter against both peers, with the same answers',
    async () => {
      const args = ['rate-limit', '--json', '--rounds', '1', '--only', 'refusals,several-limits'];
      const { exitCode, stdout, stderr } = await bench(...args);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.any(String) });
      const { rows }: { rows: Row[] } = JSON.parse(stdout);
      expect(rows.map(({ case: name, peer, unit }) => `${name}, ${peer}, ${unit}`)).toEqual([
        expect.stringMatching(/^refusals, rate-limiter-flexible@[\d.]+, checks\/s$/),
        expect.stringMatching(/^refusals, @nest-lab\/throttler-storage-redis@[\d.]+, checks\/s$/),
        expect.stringMatching(/^several-limits, rate-limiter-flexible@[\d.]+, calls\/s$/),
      ]);
      for (const { ours, theirs } of rows) expect(Math.min(ours, theirs)).toBeGreaterThan(0);
    },
    RUN_TIMEOUT_MS,
  );

  it(
    'measures a signed-in read of the whole application against a bare handler, with the same answers',
    async () => {
      const args = ['http', '--json', '--rounds', '1', '--only', 'authenticated-cached-get'];
      const { exitCode, stdout, stderr } = await bench(...args);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.any(String) });
      const { area, rows }: { area: string; rows: Row[] } = JSON.parse(stdout);
      expect(area).toBe('http');
      expect(rows.map(({ case: name, peer, unit }) => `${name}, ${peer}, ${unit}`)).toEqual([
        `authenticated-cached-get, node:http@${process.versions.node}, requests/s`,
      ]);
      for (const { ours, theirs } of rows) expect(Math.min(ours, theirs)).toBeGreaterThan(0);
      expect(stderr).toContain('the client of bourse was busy');
    },
    RUN_TIMEOUT_MS,
  );

  it(
    'measures the matching core and the locks against their peers, with the same results',
    async () => {
      const cases = ['--only', 'mixed-flow,acquire-release'];
      const args = ['matching', 'lock', '--json', '--rounds', '1', ...cases];
      const { exitCode, stdout, stderr } = await bench(...args);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.any(String) });
      const areas = JSON.parse(stdout) as { area: string; rows: Row[] }[];
      const rows = areas.flatMap((one) => one.rows);
      expect(rows.map(({ case: name, peer, unit }) => `${name}, ${peer}, ${unit}`)).toEqual([
        expect.stringMatching(/^mixed-flow, nodejs-order-book@[\d.]+, orders\/s$/),
        expect.stringMatching(/^acquire-release, redlock-universal@[\d.]+, .+$/),
        expect.stringMatching(/^acquire-release, redis-semaphore@[\d.]+, .+$/),
      ]);
      for (const { ours, theirs } of rows) expect(Math.min(ours, theirs)).toBeGreaterThan(0);
    },
    RUN_TIMEOUT_MS,
  );

  it('explains itself, with all areas and cases', async () => {
    const { exitCode, stdout } = await bench('--help');
    expect(exitCode).toBe(0);
    for (const text of [
      '--rounds',
      '--only',
      '--json',
      'Area cache:',
      'frozen-redis',
      'Area rate-limit:',
    ])
      expect(stdout).toContain(text);
  });

  it.each<[string, string[], RegExp]>([
    ['no area', [], /of: cache/],
    ['an unknown area', ['harness'], /of: cache/],
    ['an unknown case', ['cache', '--only', 'l1-get-or-set,nothing'], /no case nothing; there are/],
    ['an unknown option', ['cache', '--fast'], /--fast/],
    ['no number of rounds', ['cache', '--rounds', '0'], /--rounds takes/],
  ])('refuses %s', async (_, args, message) => {
    const { exitCode, stdout, stderr } = await bench(...args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });
});

describe('a row', () => {
  const figures = { name: 'case', peer: 'peer@1.0.0', unit: 'ops/s' };

  it('compares what was measured in the same round', () => {
    const ours = [100, 10, 30];
    const theirs = [50, 5, 10];
    expect(ratioRow({ ...figures, ours, theirs, better: 'higher', target: 2 })).toEqual({
      case: 'case',
      peer: 'peer@1.0.0',
      unit: 'ops/s',
      ours: 30,
      theirs: 10,
      ratio: 2,
      target: 2,
      rounds: 3,
      spread: [2, 3],
      pass: true,
    });
  });

  it('misses its target by as little as there is', () => {
    const row = ratioRow({ ...figures, ours: [1.999], theirs: [1], better: 'higher', target: 2 });
    expect(row.pass).toBe(false);
  });

  it('calls less better where it is', () => {
    const row = ratioRow({ ...figures, ours: [2], theirs: [6], better: 'lower', target: 1 });
    expect(row).toMatchObject({ ratio: 3, pass: true });
  });

  it('holds a limit by its median, or in every round', () => {
    const loads = { ...figures, unit: 'loads', ours: [1, 1, 2], theirs: [4, 4, 4], limit: 1 };
    expect(limitRow(loads)).toMatchObject({ ours: 1, ratio: 4, spread: [1, 2], pass: true });
    expect(limitRow({ ...loads, every: true }).pass).toBe(false);
    expect(limitRow({ ...loads, broken: true }).pass).toBe(false);
  });

  it('refuses sides with different numbers of rounds', () => {
    const uneven = { ...figures, ours: [1, 2], theirs: [1] };
    expect(() => ratioRow({ ...uneven, better: 'higher', target: 1 })).toThrow(RangeError);
    expect(() => limitRow({ ...figures, ours: [], theirs: [], limit: 1 })).toThrow(RangeError);
  });
});

describe('wrong results', () => {
  it('are found all the way down', () => {
    expect(() => expectSame('value', { a: [1, { b: 2 }] }, { a: [1, { b: 2 }] })).not.toThrow();
    expect(() => expectSame('value', { a: [1, { b: 3 }] }, { a: [1, { b: 2 }] })).toThrow(
      new WrongResult('value: got {"a":[1,{"b":3}]}, expected {"a":[1,{"b":2}]}'),
    );
  });

  const honest = {
    fill: () => undefined,
    verify: () => ['value'],
    measure: () => ({ operations: 10, ms: 1, checksum: 10, loads: 0 }),
  };
  type Answers = Record<keyof typeof honest, () => unknown>;

  /** What is compared is what a side answers, not where it runs. */
  function side(name: string, lies: Partial<Answers> = {}): Side {
    const answers: Answers = { ...honest, ...lies };
    const call = async (method: keyof Answers) => answers[method]();
    return { name, call } as unknown as Side;
  }

  function compare(peer: Side) {
    return compareRates({
      sides: [side('ours'), peer],
      rounds: 2,
      expected: ['value'],
      startChecksum: () => (operations) => operations,
      progress: () => undefined,
    });
  }

  it('leave honest sides alone', async () => {
    const rates = await compare(side('peer'));
    expect(rates).toEqual(
      new Map([
        ['ours', [10_000, 10_000]],
        ['peer', [10_000, 10_000]],
      ]),
    );
  });

  it.each<[string, Partial<Answers>]>([
    ['another value', { verify: () => ['other'] }],
    ['another checksum', { measure: () => ({ ...honest.measure(), checksum: 11 }) }],
    ['the source instead of the cache', { measure: () => ({ ...honest.measure(), loads: 1 }) }],
    ['nothing done', { measure: () => ({ ...honest.measure(), operations: 0, checksum: 0 }) }],
  ])('are found on either side: %s', async (_, lies) => {
    await expect(compare(side('peer', lies))).rejects.toThrow(WrongResult);
  });

  it('fail their case, and leave the rows of the others', async () => {
    const row = limitRow({ name: 'good', peer: 'p', unit: 'ms', ours: [1], theirs: [2], limit: 3 });
    const lines: string[] = [];
    const cases = [
      { name: 'bad', about: '', run: () => Promise.reject(new WrongResult('7 instead of 8')) },
      { name: 'good', about: '', run: async () => [row] },
    ];
    const outcome = await runCases(cases, 1, (line) => lines.push(line));
    expect(outcome).toEqual({ rows: [row], failed: ['bad'] });
    expect(lines[0]).toBe('bad: WRONG: 7 instead of 8');
  });
});

describe('rounds', () => {
  it('let every side have its turn in each, and count no warm-up', async () => {
    const turns: string[] = [];
    const run = async (side: string, round: number) => {
      turns.push(`${round} ${side}`);
      return round;
    };
    const results = await interleave({ sides: ['a', 'b'], rounds: 2, warmUps: 1, run });
    expect(results).toEqual({ a: [0, 1], b: [0, 1] });
    const [warmUp, first, second] = [turns.slice(0, 2), turns.slice(2, 4), turns.slice(4)];
    expect(warmUp.sort()).toEqual(['-1 a', '-1 b']);
    expect(first.sort()).toEqual(['0 a', '0 b']);
    expect(second.sort()).toEqual(['1 a', '1 b']);
  });

  it('are not always in the same order', async () => {
    const firsts = new Set<string>();
    let turn = 0;
    const run = async (side: string) => {
      if (turn % 2 === 0) firsts.add(side);
      turn += 1;
    };
    await interleave({ sides: ['a', 'b'], rounds: 64, run });
    expect(firsts).toEqual(new Set(['a', 'b']));
  });
});

describe('statistics', () => {
  it('stand between the nearest ranks', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(percentile([0, 100], 99)).toBe(99);
    expect(percentile([7], 99)).toBe(7);
    expect(() => median([])).toThrow(RangeError);
  });
});
