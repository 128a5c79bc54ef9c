import fc from 'fast-check';
import {
  areClean,
  EVERYTHING,
  isTagName,
  namespaceTagName,
  tagName,
  TagTable,
} from './tag-table.js';

const name = fc.constantFrom(...'abcdef');
const use = fc.oneof(
  fc.record({ kind: fc.constant('note' as const), names: fc.array(name, { maxLength: 3 }) }),
  fc.record({ kind: fc.constant('drop' as const), name }),
  fc.record({ kind: fc.constant('forget all' as const) }),
);

describe('the table of tags', () => {
  it.each([1, 3, 100])(
    'never takes for clean what was invalidated since, however few tags it keeps (%i)',
    (maxTags) => {
      fc.assert(
        fc.property(fc.array(use, { maxLength: 40 }), (uses) => {
          const table = new TagTable(maxTags);
          const noted: { names: string[]; tags: ReturnType<TagTable['of']>[]; since: number }[] =
            [];
          const dirty = new Set<number>();
          for (const one of uses) {
            if (one.kind === 'note') {
              const tags = one.names.map((tag) => table.of(tag));
              noted.push({ names: one.names, tags, since: table.tick });
              continue;
            }
            if (one.kind === 'drop') table.drop(one.name);
            else table.forgetVersions();
            noted.forEach(({ names }, i) => {
              const isHit = one.kind === 'drop' ? names.includes(one.name) : names.length > 0;
              if (isHit) dirty.add(i);
            });
          }
          noted.forEach(({ tags, since }, i) => {
            if (dirty.has(i)) expect(areClean(tags, since)).toBe(false);
            // And without need only what it could not keep in mind.
            else if (maxTags === 100) expect(areClean(tags, since)).toBe(true);
          });
        }),
      );
    },
  );

  it('knows no version of a tag any more once it was invalidated', () => {
    const table = new TagTable();
    const [dropped, other] = [table.of('a'), table.of('b')];
    dropped.version = other.version = 'v';
    table.drop('a');
    expect([dropped.version, other.version]).toEqual([undefined, 'v']);
    table.forgetVersions();
    expect(other.version).toBeUndefined();
  });

  it('moves its tick with every invalidation, also of what it does not know', () => {
    const table = new TagTable();
    const ticks = [table.tick];
    table.drop('nobody has this');
    ticks.push(table.tick);
    table.forgetVersions();
    ticks.push(table.tick);
    expect(new Set(ticks).size).toBe(3);
  });

  it('gives a tag the same place until it has to forget it', () => {
    const table = new TagTable(2);
    const a = table.of('a');
    table.of('b');
    expect(table.of('a')).toBe(a);
    table.of('c');
    table.of('d');
    expect(a.droppedAtTick).toBe(Infinity);
    expect(table.of('a')).not.toBe(a);
  });
});

describe('the names of tags', () => {
  it('are no names of entries, and none of them is another’s', () => {
    const names = [EVERYTHING, namespaceTagName('users'), tagName('users')];
    expect(names.every(isTagName)).toBe(true);
    expect(new Set(names).size).toBe(3);
    expect(isTagName('users:ada')).toBe(false);
  });

  it('are never those that stand for a namespace or for all, whatever a declaration says', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.constantFrom('~all', '~namespace:users')), (tag) => {
        const reserved = [EVERYTHING, namespaceTagName('users')];
        expect(reserved).not.toContain(tagName(tag));
      }),
    );
  });
});
