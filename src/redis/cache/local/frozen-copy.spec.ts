import fc from 'fast-check';
import { freezeParsed } from '../../frozen-json.js';
import { frozenCopy } from './frozen-copy.js';

const isFrozenThroughout = (value: unknown): boolean =>
  typeof value !== 'object' ||
  value === null ||
  (Object.isFrozen(value) && Object.values(value).every(isFrozenThroughout));

const odd = fc.anything({
  withDate: true,
  withNullPrototype: true,
  withSparseArray: true,
  withBoxedValues: true,
  withMap: true,
  withSet: true,
  withTypedArray: true,
});

describe('a frozen copy', () => {
  it('is what the way through JSON makes of any value', () => {
    fc.assert(
      fc.property(odd, (value) => {
        const text = JSON.stringify(value) as string | undefined;
        fc.pre(text !== undefined);
        expect(frozenCopy(value).value).toStrictEqual(JSON.parse(text));
      }),
      { numRuns: 2_000 },
    );
  });

  it('is frozen in every part, and the original is not', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const original = structuredClone(value);
        expect(isFrozenThroughout(frozenCopy(original).value)).toBe(true);
        const isContainer = typeof original === 'object' && original !== null;
        if (isContainer) expect(Object.isFrozen(original)).toBe(false);
      }),
    );
  });

  it('asks toJSON once, with the key it stands under', () => {
    const asked: string[] = [];
    const self = {
      a: 1,
      toJSON(key: string) {
        asked.push(key);
        return self;
      },
    };
    expect(frozenCopy({ self }).value).toEqual({ self: { a: 1 } });
    expect(asked).toEqual(['self']);
  });

  it('keeps a key named __proto__ as data', () => {
    const value: unknown = JSON.parse('{"__proto__":{"admin":true}}');
    const copy = frozenCopy(value).value as object;
    expect(Object.keys(copy)).toEqual(['__proto__']);
    expect('admin' in copy).toBe(false);
  });

  it.each([[undefined], [() => 1], [Symbol('s')], [1n], [{ deep: 1n }]])('refuses %p', (value) => {
    expect(() => frozenCopy(value)).toThrow('JSON');
  });

  it('refuses a cycle', () => {
    const cycle: unknown[] = [];
    cycle.push(cycle);
    expect(() => frozenCopy(cycle)).toThrow('cycle');
  });

  it('says about how long its JSON is', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), (value) => {
        const { length } = JSON.stringify(value);
        const { bytes } = frozenCopy(value);
        expect(bytes).toBeGreaterThan(length / 4);
        expect(bytes).toBeLessThan(4 * length + 20);
      }),
    );
  });
});

it('freezing what was parsed reaches every part', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(isFrozenThroughout(freezeParsed(JSON.parse(JSON.stringify(value))))).toBe(true);
    }),
  );
});
