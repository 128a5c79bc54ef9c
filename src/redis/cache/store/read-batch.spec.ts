import { Logger } from '@nestjs/common';
import fc from 'fast-check';
import { Deferred } from '../../../../test/support/deferred.js';
import { TagTable, type Tag } from '../local/tag-table.js';
import { Slot } from '../slot.js';
import type { CacheStore, StoredText } from './cache-store.js';
import { ReadBatch } from './read-batch.js';
import { StoreGate } from './store-gate.js';
import type { StoredEntries } from './stored-entries.js';

const MAX_NAMES = 32;
const MAX_COMMANDS = 16;
const aMoment = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const textOf = (name: string): string => `<${name}>`;

describe('the reads of a process', () => {
  let asked: (readonly string[])[];
  let answers: Deferred<readonly StoredText[]>[];
  let table: TagTable;
  let batch: ReadBatch;
  beforeEach(() => {
    jest.spyOn(Logger.prototype, 'warn').mockReturnValue(undefined);
    [asked, answers, table] = [[], [], new TagTable()];
    // Nothing but the one ability that is asked for here.
    const store: Partial<CacheStore> = {
      read: (names) => {
        const answer = new Deferred<readonly StoredText[]>();
        asked.push(names);
        answers.push(answer);
        return answer.promise;
      },
    };
    batch = new ReadBatch(store as CacheStore, new StoreGate(5_000, () => undefined));
  });
  afterEach(() => jest.restoreAllMocks());

  const slotOf = (name: string, tags: readonly Tag[] = []) =>
    new Slot(name, name, tags, table.tick);
  const read = (names: readonly string[], tags: readonly Tag[] = []) =>
    batch.read(
      names.map((name) => slotOf(name, tags)),
      tags,
    );
  /** Answers what is asked, until nothing is. */
  const answerAll = async (): Promise<void> => {
    for (let i = 0; i < asked.length; i += 1) {
      answers[i]?.resolve((asked[i] ?? []).map(textOf));
      await aMoment();
    }
  };
  const many = (i: number) => Array.from({ length: MAX_NAMES }, (_, k) => `${i}:${k}`);
  const textsIn = (entries: StoredEntries | undefined, count = 1) =>
    entries && Array.from({ length: count }, (_, i) => entries.text(i));

  it('cost one command for all that is asked in one turn', async () => {
    const [one, other] = [read(['a']), Promise.resolve().then(() => read(['b', 'c']))];
    await aMoment();
    expect(asked).toEqual([['a', 'b', 'c']]);
    const later = read(['d']);
    await answerAll();
    expect(textsIn(await one)).toEqual(['<a>']);
    expect(textsIn(await other, 2)).toEqual(['<b>', '<c>']);
    expect(textsIn(await later)).toEqual(['<d>']);
    expect(asked).toHaveLength(2);
  });

  it('get each their own, whatever is asked at the same time, by few commands of bounded length', async () => {
    const count = fc.integer({ min: 1, max: 300 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(count, fc.boolean()), { maxLength: 30 }),
        async (wanted) => {
          [asked, answers] = [[], []];
          const given: Promise<unknown>[] = [];
          const expected: string[][] = [];
          for (const [i, [keys, isLater]] of wanted.entries()) {
            const names = Array.from({ length: keys }, (_, k) => `${i}:${k}`);
            expected.push(names.map(textOf));
            given.push(read(names).then((entries) => textsIn(entries, keys)));
            if (isLater) await aMoment();
            expect(asked.length).toBeLessThanOrEqual(MAX_COMMANDS);
          }
          await aMoment();
          await answerAll();
          expect(await Promise.all(given)).toEqual(expected);
          const longest = Math.max(MAX_NAMES, ...wanted.map(([keys]) => keys));
          expect(asked.every(({ length }) => length <= longest)).toBe(true);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('are not cut in two, be they longer than a command is else', async () => {
    const long = read(Array.from({ length: 600 }, (_, i) => `k${i}`));
    const short = read(['a']);
    await aMoment();
    expect(asked.map(({ length }) => length)).toEqual([600, 1]);
    await answerAll();
    expect(textsIn(await long, 600)).toEqual(asked[0]?.map(textOf));
    expect(textsIn(await short)).toEqual(['<a>']);
  });

  it('come with the versions of the tags that were asked for, and those that were known', async () => {
    const [known, unknown] = [table.of('known'), table.of('unknown')];
    known.version = 'v';
    const tags = [known, unknown];
    const answer = batch.read([slotOf('a', tags), slotOf('b', tags)], [unknown]);
    await aMoment();
    expect(asked).toEqual([['a', 'b', 'unknown']]);
    answers[0]?.resolve(['A', null, 'w']);
    const versions = 'v w';
    const entries = (await answer) as StoredEntries;
    expect([entries.at(0), entries.at(1)]).toEqual([
      { text: 'A', versions, tagsRead: [unknown] },
      { text: null, versions, tagsRead: [unknown] },
    ]);
  });

  it('wait for their turn no longer than for an answer, and are answered without one then', async () => {
    const now = jest.spyOn(performance, 'now').mockReturnValue(0);
    const full = Array.from({ length: MAX_COMMANDS }, (_, i) => read([`${i}`, ...many(i)]));
    const [early, late] = [
      read(['early']),
      Promise.resolve()
        .then(() => aMoment())
        .then(() => {
          now.mockReturnValue(4_000);
          return read(['late']);
        }),
    ];
    await aMoment();
    await aMoment();
    expect(asked).toHaveLength(MAX_COMMANDS);
    now.mockReturnValue(5_001);
    answers[0]?.resolve((asked[0] ?? []).map(textOf));
    expect(await early).toBeUndefined();
    await answerAll();
    expect(textsIn(await late)).toEqual(['<late>']);
    expect(await Promise.all(full)).not.toContain(undefined);
    expect(asked.flat()).not.toContain('early');
  });

  it('have no answer where the store has none, and those who wait behind them are asked for then', async () => {
    const reads = Array.from({ length: MAX_COMMANDS + 2 }, (_, i) =>
      read(Array.from({ length: 500 }, (_, k) => `${i}:${k}`)),
    );
    await aMoment();
    expect(asked).toHaveLength(MAX_COMMANDS);
    answers[0]?.reject(new Error('connection lost'));
    expect(await reads[0]).toBeUndefined();
    await aMoment();
    expect(asked).toHaveLength(MAX_COMMANDS + 1);
    await answerAll();
    for (const one of reads.slice(1))
      expect(textsIn(await one, 500)?.at(-1)).toMatch(/^<\d+:499>$/);
  });
});
