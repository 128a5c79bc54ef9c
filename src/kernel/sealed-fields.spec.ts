import { hideFields, openFields, sealFields } from './sealed-fields.js';
import type { KeyRing } from './secret-box.js';

const keys: KeyRing = [{ id: 'k1', secret: Buffer.alloc(32, 7).toString('base64') }];
const payload = { to: 'ada@example.com', codes: [1, { two: null }], note: 'in the clear' };

describe('sealed fields', () => {
  it('hide the declared fields, whatever is in them, and no others', () => {
    const sealed = sealFields(payload, ['to', 'codes', 'absent'], keys, 'job:q:send');
    expect(sealed).toMatchObject({ note: 'in the clear' });
    expect(JSON.stringify(sealed)).not.toMatch(/ada|two/);
    expect(Object.keys(sealed as object)).toEqual(Object.keys(payload));
    expect(openFields(sealed, keys, 'job:q:send')).toEqual(payload);
    expect(hideFields(sealed)).toEqual({ ...payload, to: '[sealed]', codes: '[sealed]' });
  });

  it('are sealed once, however often', () => {
    const sealed = sealFields(payload, ['to'], keys, 'c');
    expect(sealFields(sealed, ['to'], keys, 'c')).toBe(sealed);
  });

  it.each([null, 'text', 7, ['to'], {}])('leave %j as it is', (value) => {
    expect(sealFields(value, ['to'], keys, 'c')).toBe(value);
    expect(openFields(value, keys, 'c')).toBe(value);
    expect(hideFields(value)).toBe(value);
  });

  it('open under their own context, field and key alone', () => {
    const sealed = sealFields(payload, ['to'], keys, 'job:q:send') as Record<string, string>;
    const unreadable = expect.objectContaining({ code: 'secret.unreadable' });
    expect(() => openFields(sealed, keys, 'job:q:other')).toThrow(unreadable);
    const { to, ...rest } = sealed;
    expect(() => openFields({ ...rest, from: to ?? '' }, keys, 'job:q:send')).toThrow(unreadable);
    expect(() => openFields(sealed, undefined, 'job:q:send')).toThrow(unreadable);
  });
});
