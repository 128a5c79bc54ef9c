import fc from 'fast-check';
import { PRINTABLE } from './printable-text.js';

describe('printable text', () => {
  it.each(['', 'Ann', 'Zoë 李 👩‍🚀', "Robert'); --", '<b>'])('is %j', (text) => {
    expect(text).toMatch(PRINTABLE);
  });

  it.each(['\0', 'a\nb', 'a\n', '\u001b[31m', '\u007f', '\u0085', '\ud800', 'a\udc00b'])(
    'is not %j',
    (text) => {
      expect(text).not.toMatch(PRINTABLE);
    },
  );

  it('comes back from UTF-8 as it was, without a NUL, which PostgreSQL does not take', () => {
    const anything = fc.string({
      unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
    });
    fc.assert(
      fc.property(anything, (text) => {
        fc.pre(PRINTABLE.test(text));
        expect(Buffer.from(text, 'utf8').toString('utf8')).toBe(text);
        expect(text).not.toContain('\0');
      }),
    );
  });
});
