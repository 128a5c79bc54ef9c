import fc from 'fast-check';
import { TagTable, type Tag } from '../local/tag-table.js';
import type { CacheStore } from './cache-store.js';
import {
  areComplete,
  isOutdated,
  joinVersions,
  keepTags,
  learnVersions,
  tagLifeMs,
  unknownTags,
  versionsAsRead,
} from './tag-versions.js';

const HOUR_MS = 3_600_000;
const word = fc.stringMatching(/^[A-Za-z0-9_-]{1,8}$/);
const maybe = fc.option(word, { nil: undefined });

const tagsOf = (versions: readonly (string | undefined)[], table = new TagTable()): Tag[] =>
  versions.map((version, i) => Object.assign(table.of(`t${i}`), { version }));

const take = (
  tags: readonly Tag[],
  since: number,
  read: readonly Tag[],
  texts: readonly (string | null)[],
): string => {
  learnVersions(since, read, texts);
  return versionsAsRead(tags, read, texts);
};

describe('the versions of an entry’s tags', () => {
  it('are complete exactly when there is one of each tag', () => {
    fc.assert(
      fc.property(fc.array(maybe, { maxLength: 5 }), (versions) => {
        const text = joinVersions(tagsOf(versions));
        expect(areComplete(text, versions.length)).toBe(!versions.includes(undefined));
      }),
    );
  });

  it('differ as soon as one of them does', () => {
    const pair = fc
      .integer({ min: 1, max: 5 })
      .chain((n) => fc.tuple(fc.array(maybe, size(n)), fc.array(maybe, size(n))));
    fc.assert(
      fc.property(pair, ([one, other]) => {
        const same = JSON.stringify(one) === JSON.stringify(other);
        expect(joinVersions(tagsOf(one)) === joinVersions(tagsOf(other))).toBe(same);
      }),
    );
  });

  it('are those that were read, and for the rest those that were known', () => {
    const tags = fc.array(fc.record({ known: maybe, isRead: fc.boolean(), text: maybe }), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(tags, (all) => {
        const carried = tagsOf(all.map(({ known }) => known));
        const read = carried.filter((_, i) => all[i]?.isRead);
        const texts = all.filter(({ isRead }) => isRead).map(({ text }) => text ?? null);
        const wanted = all.map(({ isRead, text, known }) => (isRead ? text : known));
        expect(take(carried, 0, read, texts)).toBe(joinVersions(tagsOf(wanted)));
        expect(carried.map(({ version }) => version)).toEqual(wanted);
      }),
    );
  });

  it('are asked for once where they are not known, and of every tag where none is believed', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.integer({ min: 0, max: 4 }))),
        fc.array(maybe),
        (carried, known) => {
          const table = new TagTable();
          const tags = [0, 1, 2, 3, 4].map((i) => table.of(`t${i}`));
          for (const [i, tag] of tags.entries()) tag.version = known[i];
          const entries = carried.map((some) => ({ tags: some.map((i) => tags[i] as Tag) }));
          const all = new Set(entries.flatMap((entry) => entry.tags));
          const unknown = [...all].filter(({ version }) => version === undefined);
          expect(unknownTags(entries, true)).toEqual([...all]);
          expect(unknownTags(entries, false)).toEqual(unknown);
        },
      ),
    );
  });

  it('are not remembered of a tag that was invalidated while they were read', () => {
    const table = new TagTable();
    const [tag] = tagsOf([undefined], table) as [Tag];
    const since = table.tick;
    table.drop(tag.name);
    expect(take([tag], since, [tag], ['old'])).toBe('old');
    expect(tag.version).toBeUndefined();
  });
});

describe('an entry under other versions than those of its tags', () => {
  const tag = fc.record({ were: word, are: word, isRead: fc.boolean() });

  it('is outdated exactly when one that was read just now differs; else what is known may be', () => {
    fc.assert(
      fc.property(fc.array(tag, { minLength: 1, maxLength: 5 }), (all) => {
        const tags = tagsOf(all.map(({ are }) => are));
        const tagsRead = tags.filter((_, i) => all[i]?.isRead);
        const written = all.map(({ were }) => were).join(' ');
        const is = isOutdated(tags, written, { versions: joinVersions(tags), tagsRead });
        expect(is).toBe(all.some(({ were, are, isRead }) => isRead && were !== are));
      }),
    );
  });

  it('is outdated when it was written under another number of tags', () => {
    const tags = tagsOf(['a', 'b']);
    const now = { versions: joinVersions(tags), tagsRead: [] };
    expect(isOutdated(tags, 'a', now)).toBe(true);
    expect(isOutdated(tags, 'a b c', now)).toBe(true);
  });
});

const size = (n: number) => ({ minLength: n, maxLength: n });

describe('the life of a tag', () => {
  it('is longer than that of any entry which carries it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000 * HOUR_MS }), (ttlMs) => {
        expect(tagLifeMs(ttlMs)).toBeGreaterThan(ttlMs);
      }),
    );
  });

  /** Keeps of each tag how long it lives, and how often it was told to. */
  const storeOf = () => {
    const lives = new Map<string, number>();
    const keepTagsInStore = jest.fn(async (names: readonly string[], lifeMs: number) => {
      for (const name of names) lives.set(name, Math.max(lives.get(name) ?? 0, lifeMs));
    });
    // Nothing but the one ability that is asked for here.
    const store = { keepTags: keepTagsInStore } as Partial<CacheStore> as CacheStore;
    return { store, lives, keepTagsInStore };
  };

  it('is prolonged only when an entry would outlive it', async () => {
    const { store, lives, keepTagsInStore } = storeOf();
    const tags = tagsOf(['a', 'b']);
    await keepTags(store, tags, 60_000);
    await keepTags(store, tags, 60_000);
    expect(keepTagsInStore).toHaveBeenCalledTimes(1);
    await keepTags(store, tags, 5 * HOUR_MS);
    expect(keepTagsInStore).toHaveBeenCalledTimes(2);
    expect(lives.get('t0')).toBeGreaterThan(5 * HOUR_MS);
  });

  it('is not taken from before an invalidation: the tag in the store is a new one since', async () => {
    const { store, keepTagsInStore } = storeOf();
    const table = new TagTable();
    const tags = tagsOf(['a'], table);
    await keepTags(store, tags, 5 * HOUR_MS);
    table.drop('t0');
    await keepTags(store, tags, 5 * HOUR_MS);
    expect(keepTagsInStore).toHaveBeenCalledTimes(2);
    table.forgetVersions();
    await keepTags(store, tags, 5 * HOUR_MS);
    expect(keepTagsInStore).toHaveBeenCalledTimes(3);
  });
});
