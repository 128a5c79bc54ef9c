import fc from 'fast-check';
import { matchesPattern } from './pattern.js';

const text = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '?'), maxLength: 8 });

describe('a channel pattern', () => {
  it('matches as the regular expression with * for any run of characters does', () => {
    fc.assert(
      fc.property(text, text, (pattern, channel) => {
        const model = pattern
          .split('*')
          .map((part) => part.replace(/[.?]/g, '\\$&'))
          .join('[^]*');
        expect(matchesPattern(pattern, channel)).toBe(new RegExp(`^${model}$`).test(channel));
      }),
      { numRuns: 2_000 },
    );
  });

  it('costs no more than the text is long, whatever it looks like', () => {
    const pattern = `${'a*'.repeat(2_000)}b`;
    expect(matchesPattern(pattern, 'a'.repeat(4_000))).toBe(false);
  });
});
