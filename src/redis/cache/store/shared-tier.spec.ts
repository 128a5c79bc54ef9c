import type { InvalidationLog } from '../coherence/invalidation-log.js';
import { Slot } from '../slot.js';
import type { CacheStore } from './cache-store.js';
import { replaceEverywhere, type SharedTier } from './shared-tier.js';

const UNTIL_MS = 1_000;
const write = (name: string) => ({
  slot: new Slot(name, name, [], 0),
  entry: { name, text: '1', ttlMs: 1_000 },
});

/** Of a process that knows nothing newer than the writes with these names. */
function viewOf(current: (name: string) => boolean, drop = jest.fn()) {
  return { isCurrent: ({ name }: Slot) => current(name), drop };
}

/** A store that says whether it keeps and kept the order, and what was asked of it, in that order. */
function storeThat(keepsOrder: boolean, keptOrder: boolean) {
  const asked: string[] = [];
  const note =
    <T>(what: string, answer: T) =>
    (names: readonly (string | { readonly name: string })[]): Promise<T> => {
      const named = names.map((one) => (typeof one === 'string' ? one : one.name));
      asked.push(`${what} ${named.join()}`);
      return Promise.resolve(answer);
    };
  const store: Partial<CacheStore> = {
    keepsOrder,
    replace: note('replace', keptOrder),
    remove: note('remove', undefined),
  };
  const log: Partial<InvalidationLog> = { append: note('tell', undefined) };
  return { shared: { store, log } as SharedTier, asked };
}

describe('what replaces entries everywhere', () => {
  it('is told in the same round trip where one connection keeps the order', async () => {
    const { shared, asked } = storeThat(true, true);
    const done = replaceEverywhere(
      shared,
      [write('a'), write('b')],
      UNTIL_MS,
      viewOf(() => true),
    );
    expect(asked).toEqual(['replace a,b', 'tell a,b']);
    await done;
    expect(asked).toHaveLength(2);
  });

  it('is told again where it had to be sent twice, for who heard of it may have found the older', async () => {
    const { shared, asked } = storeThat(true, false);
    await replaceEverywhere(
      shared,
      [write('a')],
      UNTIL_MS,
      viewOf(() => true),
    );
    expect(asked).toEqual(['replace a', 'tell a', 'tell a']);
  });

  it.each<[string, boolean]>([
    ['sent twice', true],
    ['of a Cluster', false],
  ])('leaves nothing behind that a newer one may have come before: %s', async (_, keepsOrder) => {
    const { shared, asked } = storeThat(keepsOrder, false);
    const writes = [write('a'), write('b')];
    let isSent = false;
    // Of a, something newer becomes known while it is under way.
    const view = viewOf((name) => name === 'b' || !isSent);
    const done = replaceEverywhere(shared, writes, UNTIL_MS, view);
    isSent = true;
    await done;
    expect(asked.slice(-2)).toEqual(['remove a', 'tell a,b']);
    // This process may have read it between.
    expect(view.drop.mock.calls).toEqual([[['a']]]);
  });

  it('is not sent any more where something newer is known', async () => {
    const { shared, asked } = storeThat(true, true);
    const view = viewOf((name) => name === 'b');
    await replaceEverywhere(shared, [write('a'), write('b')], UNTIL_MS, view);
    expect(asked).toEqual(['replace b', 'remove a', 'tell a,b']);
  });

  it('removes what is not to be kept', async () => {
    const { shared, asked } = storeThat(true, true);
    const { slot } = write('gone');
    await replaceEverywhere(
      shared,
      [{ slot, entry: undefined }],
      UNTIL_MS,
      viewOf(() => true),
    );
    expect(asked).toEqual(['remove gone', 'tell gone']);
  });
});
