import fc from 'fast-check';
import { entityTagOf, isNamedBy } from './entity-tag.js';

const character = fc
  .integer({ min: 0x21, max: 0xff })
  .filter((code) => code !== 0x22 && code !== 0x7f);
const opaque = fc
  .array(character, { maxLength: 20 })
  .map((codes) => `"${String.fromCharCode(...codes)}"`);
const tag = fc.tuple(fc.boolean(), opaque).map(([weak, text]) => (weak ? `W/${text}` : text));
const strongOf = (text: string) => text.replace(/^W\//, '');

describe('an entity tag', () => {
  it('is the same for the same bytes, strong, and another for others', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (one, other) => {
        expect(entityTagOf(one)).toMatch(/^"[\w-]{43}"$/);
        expect(entityTagOf(one) === entityTagOf(other)).toBe(one === other);
      }),
    );
  });
});

describe('If-None-Match', () => {
  it('names what is in its list, weak or strong, and nothing else', () => {
    fc.assert(
      fc.property(fc.array(tag, { minLength: 1 }), tag, (list, mine) => {
        const isListed = list.map(strongOf).includes(strongOf(mine));
        expect(isNamedBy(list.join(', '), mine)).toBe(isListed);
        expect(isNamedBy(list.join(' ,\t'), mine)).toBe(isListed);
      }),
    );
  });

  it('never names a representation by a text that does not hold its tag', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (header, body) => {
        fc.pre(header.trim() !== '*');
        const mine = entityTagOf(body);
        expect(isNamedBy(header, mine)).toBe(header.includes(mine));
      }),
    );
  });

  it.each([
    ['*', true],
    [' * ', true],
    ['"a"', true],
    ['W/"a"', true],
    ['"x", W/"a"', true],
    ['"x,y","a"', true],
    ['"A"', false],
    ['a', false],
    ['"a', false],
    ['"*"', false],
    ['', false],
  ])('%s: %s', (header, isNamed) => {
    expect(isNamedBy(header, '"a"')).toBe(isNamed);
  });

  it('that is not sent names nothing', () => {
    expect(isNamedBy(undefined, '"a"')).toBe(false);
  });

  it('of the longest length that a server takes is read in no time', () => {
    const header = '"'.repeat(16_384);
    const startMs = performance.now();
    isNamedBy(header, '"a"');
    isNamedBy('W/"a'.repeat(4_096), '"a"');
    expect(performance.now() - startMs).toBeLessThan(200);
  });
});
