import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { canonicalText, keyTextOf } from './canonical-text.js';

const leaf = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.double({ noNaN: true }).map((number) => number + 0),
  fc.boolean(),
  fc.constant(null),
  fc.date({ noInvalidDate: true }),
  fc.bigInt(),
);
const value = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.string({ minLength: 1 }), tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value;
const group = fc.dictionary(fc.string({ minLength: 1 }), value, {
  maxKeys: 4,
  noNullPrototype: true,
});
const plain = fc.dictionary(
  fc.constantFrom('q', 'symbol', 'limit', 'a-b'),
  fc.stringMatching(/^[\w.-]{0,5}$/),
  { noNullPrototype: true },
);

describe('the text of values in a key', () => {
  it('is the same for the same values, in whichever order they came', () => {
    fc.assert(
      fc.property(group, (values) => {
        const reversed = Object.fromEntries(Object.entries(values).reverse());
        expect(keyTextOf([reversed])).toBe(keyTextOf([values]));
        expect(keyTextOf([{ ...values, 'left out': undefined }])).toBe(keyTextOf([values]));
      }),
    );
  });

  it('is another for other values', () => {
    fc.assert(
      fc.property(fc.oneof(value, group), fc.oneof(value, group), (one, other) => {
        expect(canonicalText(one) === canonicalText(other)).toBe(isDeepStrictEqual(one, other));
      }),
    );
  });

  it('keeps groups apart, also where names and values repeat', () => {
    fc.assert(
      fc.property(plain, plain, plain, plain, (a, b, c, d) => {
        const isSame = isDeepStrictEqual([a, b], [c, d]);
        expect(keyTextOf([a, b]) === keyTextOf([c, d])).toBe(isSame);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is short and means nothing to Redis, whatever somebody sends', () => {
    fc.assert(
      fc.property(fc.array(group, { maxLength: 3 }), (groups) => {
        const text = keyTextOf(groups) ?? '';
        expect(text).toMatch(/^[\w.=&?~-]*$/);
        expect(text.length).toBeLessThanOrEqual(80);
      }),
    );
    expect(keyTextOf([{ q: 'x'.repeat(10_000) }])).toHaveLength(44);
  });

  it('can be read where nothing speaks against it', () => {
    expect(keyTextOf([{ symbol: 'BRK.B' }, { quarter: undefined, period: 'annual' }])).toBe(
      'symbol=BRK.B?period=annual',
    );
    expect(keyTextOf([])).toBe('');
  });

  it('does not mix up kinds of values', () => {
    const texts = ['5', 5, 5n, true, 'true', null, 'null', new Date(5), [5], { 5: 5 }].map((one) =>
      keyTextOf([{ one }]),
    );
    expect(new Set(texts).size).toBe(texts.length);
  });

  it.each([
    ['a function', () => 1],
    ['a map', new Map([[1, 2]])],
    ['a set', new Set([1])],
    ['an object of a class', new URL('http://example.com')],
    ['a symbol', Symbol('x')],
  ])('is none for %s: nothing tells two of them apart', (_, one) => {
    expect(keyTextOf([{ one }])).toBeUndefined();
    expect(keyTextOf([{ list: [one] }])).toBeUndefined();
  });

  it('is none for what goes in circles', () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    expect(keyTextOf([circle])).toBeUndefined();
  });
});
