import fc from 'fast-check';
import { matchesPattern } from '../keys/pattern.js';
import { matchesKey, versionSuffix } from './versioned-key.js';

const text = fc.string({ unit: fc.constantFrom('a', '@', '2', ':', '*'), maxLength: 6 });
const version = fc.integer({ min: 1, max: 100 });

describe('the key of a cache with a version', () => {
  it('is another one for every version, and that of the key function for the first', () => {
    fc.assert(
      fc.property(version, version, (one, other) => {
        expect(versionSuffix(one) === versionSuffix(other)).toBe(one === other);
      }),
    );
    expect(versionSuffix(1)).toBe('');
  });

  it('matches whatever matches what the key function made', () => {
    fc.assert(
      fc.property(text, text, version, (pattern, key, of) => {
        if (!matchesPattern(pattern, key)) return;
        expect(matchesKey(pattern, key + versionSuffix(of))).toBe(true);
      }),
    );
  });

  it('matches nothing more than that, and what is kept', () => {
    fc.assert(
      fc.property(text, text, version, (pattern, key, of) => {
        const kept = key + versionSuffix(of);
        // What ends like a version may be one.
        const made = [kept, key, key.replace(/@\d+$/, '')];
        expect(matchesKey(pattern, kept)).toBe(
          made.slice(0, of > 1 ? 2 : 3).some((one) => matchesPattern(pattern, one)),
        );
      }),
    );
  });

  it.each([
    ['*:profile', 'x:profile@2', true],
    ['x:*', 'x:profile@12', true],
    ['x:profile@2', 'x:profile@2', true],
    ['x:profile', 'x:profile@2x', false],
    ['x:profile', 'x:profile@', false],
    ['x:profile@3', 'x:profile@2', false],
  ])('%s on %s: %s', (pattern, kept, expected) => {
    expect(matchesKey(pattern, kept)).toBe(expected);
  });
});
