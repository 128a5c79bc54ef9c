import fc from 'fast-check';
import { plainLine } from './plain-line.js';

/** Any UTF-16, broken or not, with what is dangerous in it more often than by chance. */
const anything = fc
  .array(
    fc.oneof(
      fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
      fc.constantFrom('\r\n', '\0', '\u2028', '\u202e', '\ud800', '😀', 'a', ' '),
    ),
  )
  .map((parts) => parts.join(''));

describe('a plain line', () => {
  it('is one line of whole characters, no longer than asked, whatever comes in', () => {
    fc.assert(
      fc.property(anything, fc.integer({ min: 1, max: 50 }), (text, maxLength) => {
        const line = plainLine(text, maxLength);
        expect(line.length).toBeLessThanOrEqual(maxLength);
        expect(line).not.toMatch(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u);
      }),
    );
  });

  it('leaves text as it is that is one already', () => {
    expect(plainLine('Modèle n° 1 👩‍🚀 <b>', 80)).toBe('Modèle n° 1 👩‍🚀 <b>');
  });

  it('shows where it was cut', () => {
    expect(plainLine('abcdef', 4)).toBe('abc…');
    expect(plainLine('abc😀def', 5)).toBe('abc…');
  });

  it('keeps the words on both sides of a line end apart', () => {
    expect(plainLine('one\r\ntwo\0three', 80)).toBe('one two three');
  });
});
