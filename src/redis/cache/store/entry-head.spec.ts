import fc from 'fast-check';
import { TagTable, type Tag } from '../local/tag-table.js';
import {
  freshUntilMsOf,
  headText,
  isEntry,
  isUnder,
  packingOf,
  valueStart,
  versionsOf,
  writtenAtMsOf,
  type EntryHead,
} from './entry-head.js';

const version = fc.stringMatching(/^[A-Za-z0-9_-]{1,8}$/);
const versions = fc.array(version, { minLength: 1, maxLength: 4 });
const moment = fc.integer({ min: 0, max: 36 ** 9 - 1 });
const heads = fc.record<EntryHead>({
  freshUntilMs: moment,
  writtenAtMs: moment,
  packing: fc.constantFrom('nothing', 'plain', 'deflated', 'sealed', 'deflated sealed'),
  versions: versions.map((all) => all.join(' ')),
});
const tagsOf = (all: readonly (string | undefined)[]): Tag[] =>
  all.map((one, i) => Object.assign(new TagTable().of(`t${i}`), { version: one }));
const under = (all: readonly string[]): string =>
  headText({ freshUntilMs: 2, writtenAtMs: 1, packing: 'plain', versions: all.join(' ') });

describe('the head of an entry', () => {
  it('is read as it was written, whatever value follows', () => {
    fc.assert(
      fc.property(heads, fc.string(), (head, value) => {
        const text = headText(head) + value;
        const read = {
          freshUntilMs: freshUntilMsOf(text),
          writtenAtMs: writtenAtMsOf(text),
          packing: packingOf(text),
          versions: versionsOf(text),
        };
        expect(read).toEqual(head);
        expect(text.slice(valueStart(text))).toBe(value);
        expect(isEntry(text)).toBe(true);
      }),
    );
  });

  it('keeps its form for moments that no calendar knows', () => {
    for (const freshUntilMs of [-1, 0.5, 36 ** 9, Number.MAX_SAFE_INTEGER, Infinity]) {
      const text = headText({ freshUntilMs, writtenAtMs: 1, packing: 'plain', versions: 'v' });
      expect(isEntry(text)).toBe(true);
      expect(writtenAtMsOf(text)).toBe(1);
    }
  });

  it('is not seen in what others wrote', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.string({ unit: 'binary' })), (text) => {
        expect(isEntry(text)).toBe(false);
      }),
    );
    expect(
      isEntry(
        headText({ freshUntilMs: 1, writtenAtMs: 1, packing: 'plain', versions: 'v' }).trimEnd(),
      ),
    ).toBe(false);
  });

  it('is not seen where a digit of a moment is none', () => {
    const text = under(['v']);
    const strange = fc.constantFrom(...'!/:@AWZ_`{é');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 17 }), strange, (at, digit) => {
        expect(isEntry(text.slice(0, at) + digit + text.slice(at + 1))).toBe(false);
      }),
    );
  });

  it('is under the versions of tags exactly when it names them all, in their order', () => {
    fc.assert(
      fc.property(versions, versions, (written, known) => {
        const isSame = JSON.stringify(written) === JSON.stringify(known);
        expect(isUnder(under(written), tagsOf(known))).toBe(isSame);
        expect(isUnder(under(written), tagsOf(written))).toBe(true);
        expect(isUnder(under(written), tagsOf([...written, 'more']))).toBe(false);
        expect(isUnder(under([...written, 'more']), tagsOf(written))).toBe(false);
      }),
    );
  });

  it('is under no version that is not known', () => {
    expect(isUnder(under(['a', 'b']), tagsOf(['a', undefined]))).toBe(false);
    expect(isUnder(under(['', 'b']), tagsOf([undefined, 'b']))).toBe(false);
  });
});
