import fc from 'fast-check';
import { z } from 'zod';
import type { KeyRing } from '../../../kernel/secret-box.js';
import { EntryCodec, UNREADABLE, type CodecOptions } from './entry-codec.js';

const key = (id: string) => ({ id, secret: Buffer.alloc(32, id).toString('base64') });
const oldKeys: KeyRing = [key('old')];
const newKeys: KeyRing = [key('new'), key('old')];
const times = { freshUntilMs: 2_000, writtenAtMs: 1_000 };

const codecOf = <Value = unknown>(options: Partial<CodecOptions<Value>> = {}) =>
  new EntryCodec<Value>({
    ...{ name: 'test', schema: undefined, encryption: undefined, compressAboveBytes: Infinity },
    ...options,
  });
const encode = <Value>(codec: EntryCodec<Value>, value: Value, name = 'general:k') =>
  codec.encode(name, codec.stringify(value), times, 'v1 v2');

describe.each([
  ['plain', {}],
  ['compressed', { compressAboveBytes: 0 }],
  ['sealed', { encryption: newKeys }],
  ['compressed and sealed', { compressAboveBytes: 0, encryption: newKeys }],
])('%s entries', (_, options) => {
  const codec = codecOf(options);

  it('come back as they were', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const plain: unknown = JSON.parse(JSON.stringify(value));
        expect(codec.value('general:k', encode(codec, value))).toEqual(plain);
      }),
    );
  });

  it('know the difference between null and nothing', () => {
    expect(
      codec.value('general:k', codec.encode('general:k', undefined, times, '')),
    ).toBeUndefined();
    expect(codec.value('general:k', encode(codec, null))).toBeNull();
  });

  it('are unreadable when something else stands where their value should', () => {
    const head = encode(codec, 1).split('\n')[0] ?? '';
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(codec.value('general:k', `${head}\nx${text}`)).toBe(UNREADABLE);
      }),
    );
  });
});

describe('compression', () => {
  const value = {
    bars: Array.from({ length: 200 }, (_, i) => ({ open: 100 + i, close: 101 + i })),
  };

  it('begins above its threshold, and makes an entry smaller', () => {
    const { length } = JSON.stringify(value);
    const [below, above] = [length, length - 1].map((compressAboveBytes) =>
      encode(codecOf<object>({ compressAboveBytes }), value),
    );
    expect(below).toContain('"bars"');
    expect(above).not.toContain('"bars"');
    expect(above?.length).toBeLessThan(length / 2);
  });

  it('is read whatever the threshold of the reader', () => {
    const written = encode(codecOf<object>({ compressAboveBytes: 10 }), value);
    expect(codecOf().value('general:k', written)).toEqual(value);
  });
});

describe('encryption', () => {
  const secret = { word: 'sesame' };

  it('opens what older keys sealed, and not what a key sealed that is gone', () => {
    const written = encode(codecOf<object>({ encryption: oldKeys }), secret);
    expect(codecOf({ encryption: newKeys }).value('general:k', written)).toEqual(secret);
    const rotated = encode(codecOf<object>({ encryption: newKeys }), secret);
    expect(codecOf({ encryption: oldKeys }).value('general:k', rotated)).toBe(UNREADABLE);
  });

  it('shows nothing, and is good for its own name alone', () => {
    const codec = codecOf<object>({ encryption: newKeys });
    const written = encode(codec, secret, 'ai:mine');
    expect(written).not.toContain('sesame');
    expect(codec.value('ai:mine', written)).toEqual(secret);
    expect(codec.value('ai:other', written)).toBe(UNREADABLE);
  });

  it('refuses a plain value where a sealed one belongs', () => {
    const forged = encode(codecOf<object>(), { word: 'forged' });
    expect(codecOf({ encryption: newKeys }).value('general:k', forged)).toBe(UNREADABLE);
  });
});

it('a value of an older shape is unreadable', () => {
  const codec = codecOf<{ n: number }>({ schema: z.object({ n: z.number() }) });
  expect(codec.value('general:k', encode(codecOf<object>(), { n: '1' }))).toBe(UNREADABLE);
  expect(codec.value('general:k', encode(codec, { n: 1 }))).toEqual({ n: 1 });
});

it('what cannot be written says which cache it was', () => {
  for (const value of [1n, undefined, () => 1]) {
    expect(() => codecOf().stringify(value)).toThrow(
      expect.objectContaining({ code: 'cache.not_serializable' }),
    );
    expect(() => codecOf().readable(value)).toThrow(
      expect.objectContaining({ code: 'cache.not_serializable' }),
    );
  }
});
