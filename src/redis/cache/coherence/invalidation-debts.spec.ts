import { Logger } from '@nestjs/common';
import { Deferred } from '../../../../test/support/deferred.js';
import { EVERYTHING } from '../local/tag-table.js';
import { InvalidationDebts } from './invalidation-debts.js';
import { MemoryInvalidationJournal } from '../../../../test/support/memory.invalidation-journal.js';

const away = (): Promise<never> => Promise.reject(new Error('away'));

describe('invalidations that Redis did not take', () => {
  let journal: MemoryInvalidationJournal;
  let debts: InvalidationDebts;
  let told: string[];
  const tell = async (names: readonly string[]): Promise<void> => void told.push(...names);
  const waiting = async (): Promise<string[]> =>
    (await journal.waiting(10)).map(({ name }) => name);
  beforeEach(() => {
    jest.spyOn(Logger.prototype, 'warn').mockReturnValue(undefined);
    [journal, told] = [new MemoryInvalidationJournal(), []];
    debts = new InvalidationDebts(journal);
  });
  afterEach(() => jest.restoreAllMocks());

  it('stand in the journal before the change resolves, and leave it once they are told', async () => {
    await debts.owe(['a', 'b']);
    expect([debts.size, await waiting()]).toEqual([2, ['a', 'b']]);
    await expect(debts.settle(away)).rejects.toThrow('away');
    expect(await waiting()).toEqual(['a', 'b']);
    await debts.settle(tell);
    expect([told, debts.size, await waiting()]).toEqual([['a', 'b'], 0, []]);
  });

  it('go to the journal together when many come at once', async () => {
    const add = jest.spyOn(journal, 'add');
    await Promise.all(Array.from({ length: 500 }, (_, i) => debts.owe([`n${i}`])));
    expect(add.mock.calls.length).toBeLessThanOrEqual(2);
    expect(await journal.waiting(1_000)).toHaveLength(500);
  });

  it('stay in the journal when they are owed again while they are told', async () => {
    await debts.owe(['a']);
    const [begun, telling] = [new Deferred<void>(), new Deferred<void>()];
    const settled = debts.settle(() => {
      begun.resolve();
      return telling.promise;
    });
    await begun.promise;
    await debts.owe(['a']);
    telling.resolve();
    await settled;
    expect([debts.size, await waiting()]).toEqual([0, ['a']]);
    await debts.sweep(tell);
    expect([told.at(-1), await waiting()]).toEqual(['a', []]);
  });

  it('are told by whoever reaches Redis when their own process is gone', async () => {
    await debts.owe(['a', 'b']);
    const heir = new InvalidationDebts(journal);
    await expect(heir.sweep(away)).rejects.toThrow('away');
    expect(await waiting()).toEqual(['a', 'b']);
    await heir.sweep(tell);
    expect([told, await waiting()]).toEqual([['a', 'b'], []]);
    await heir.sweep(tell);
    expect(told).toHaveLength(2);
  });

  it('are kept as everything when they are too many, too long, or nothing that a database takes', async () => {
    await debts.owe(Array.from({ length: 1_001 }, (_, i) => `n${i}`));
    expect(await waiting()).toEqual([EVERYTHING]);
    await debts.settle(tell);
    await debts.owe([`users:${'x'.repeat(600)}`]);
    expect(await waiting()).toEqual([EVERYTHING]);
    for (const strange of ['users:a\0b', 'users:\ud800']) {
      await debts.settle(tell);
      expect(await waiting()).toEqual([]);
      await debts.owe([strange]);
      expect(await waiting()).toEqual([EVERYTHING]);
    }
  });

  it('are offered to the journal again after it refused them, while Redis is away still', async () => {
    const add = jest.spyOn(journal, 'add').mockImplementationOnce(away);
    await debts.owe(['a']);
    expect(await waiting()).toEqual([]);
    await expect(debts.settle(away)).rejects.toThrow('away');
    expect(await waiting()).toEqual(['a']);
    // Once it has them, they are not written down at every look.
    await expect(debts.settle(away)).rejects.toThrow('away');
    expect(add).toHaveBeenCalledTimes(2);
    await debts.settle(tell);
    expect(await waiting()).toEqual([]);
  });

  it('that were told are not offered to a journal that refused them', async () => {
    const add = jest.spyOn(journal, 'add').mockImplementation(away);
    await debts.owe(['a']);
    await debts.settle(tell);
    add.mockRestore();
    await debts.owe(['b']);
    expect(await waiting()).toEqual(['b']);
  });

  it('are none where there are no names', async () => {
    await debts.owe([]);
    await debts.owe(['a']);
    expect(await waiting()).toEqual(['a']);
  });

  it('hold nobody up when the journal does not answer, or fails', async () => {
    jest.spyOn(journal, 'add').mockReturnValue(new Promise(() => undefined));
    const startedAtMs = performance.now();
    await debts.owe(['a']);
    expect(performance.now() - startedAtMs).toBeLessThan(5_000);
    expect(debts.size).toBe(1);
    // Nor does it keep Redis from being told.
    await debts.settle(tell);
    expect([debts.size, told.splice(0)]).toEqual([0, ['a']]);
    const failing = new InvalidationDebts(journal);
    jest.spyOn(journal, 'add').mockImplementation(away);
    await failing.owe(['a']);
    await failing.settle(tell);
    expect(told).toEqual(['a']);
  });
});
