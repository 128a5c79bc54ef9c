import fc from 'fast-check';
import { EntryCodec } from './entry-codec.js';

const codec = new EntryCodec<unknown>('test', undefined);
const versions = fc.array(fc.string(), { maxLength: 3 });

describe('the entry codec', () => {
  it('reads what it wrote, under the same tag versions', () => {
    fc.assert(
      fc.property(fc.jsonValue(), versions, fc.nat(), (value, tagVersions, expiresAtMs) => {
        const text = codec.encode('key', codec.stringify(value), expiresAtMs, tagVersions);
        const read = codec.decode('key', { text, tagVersions });
        expect(read).toEqual({ value: JSON.parse(JSON.stringify(value)), expiresAtMs });
      }),
    );
  });

  it('reads nothing written under other versions, fewer, more, or lost ones', () => {
    fc.assert(
      fc.property(
        versions,
        fc.array(fc.option(fc.string(), { nil: undefined }), { maxLength: 3 }),
        (written, now) => {
          fc.pre(JSON.stringify(written) !== JSON.stringify(now));
          const text = codec.encode('key', '1', 0, written);
          expect(codec.decode('key', { text, tagVersions: now })).toBeUndefined();
        },
      ),
    );
  });

  it('tells "nothing there" from null', () => {
    expect(
      codec.decode('key', { text: codec.encode('key', undefined, 5, []), tagVersions: [] })?.value,
    ).toBeUndefined();
    expect(
      codec.decode('key', { text: codec.encode('key', 'null', 5, []), tagVersions: [] })?.value,
    ).toBeNull();
  });

  it('takes any text that it did not write for no entry', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const read = codec.decode('key', { text, tagVersions: [] });
        if (read !== undefined)
          expect(JSON.parse(text)).toEqual([
            read.expiresAtMs,
            [],
            ...(JSON.parse(text) as unknown[]).slice(2),
          ]);
      }),
    );
  });
});
