import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { open, seal, type KeyRing, type SecretKey } from './secret-box.js';

const key = (id: string): SecretKey => ({ id, secret: randomBytes(32).toString('base64') });
const unreadable = expect.objectContaining({ code: 'secret.unreadable' }) as Error;

describe('a sealed text', () => {
  const current = key('k2');
  const former = key('k1');
  const keys: KeyRing = [current, former];

  it('comes back as it was, whatever it held', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const wellFormed = Buffer.from(text).toString();
        expect(open(seal(wellFormed, keys, 'here'), keys, 'here')).toBe(wellFormed);
      }),
    );
  });

  it('never looks the same twice, nor shows what is in it', () => {
    const [one, other] = [seal('hunter2', keys, 'here'), seal('hunter2', keys, 'here')];
    expect(one).not.toBe(other);
    expect(Buffer.from(one.slice(3), 'base64url').includes('hunter2')).toBe(false);
  });

  it('is opened by a former key after a new one took over', () => {
    expect(open(seal('old', [former], 'here'), keys, 'here')).toBe('old');
  });

  it('is refused at another place than it was sealed for', () => {
    const sealed = seal('secret', keys, 'config:email');
    expect(() => open(sealed, keys, 'config:sms')).toThrow(unreadable);
  });

  it('is refused under an unknown key, and when a single bit was changed', () => {
    const sealed = seal('secret', keys, 'here');
    expect(() => open(sealed, [former], 'here')).toThrow(unreadable);
    const bytes = Buffer.from(sealed.slice(3), 'base64url');
    for (let i = 0; i < bytes.length; i += 1) {
      const changed = Buffer.from(bytes);
      changed[i] = (changed[i] ?? 0) ^ 1;
      expect(() => open(`k2.${changed.toString('base64url')}`, keys, 'here')).toThrow(unreadable);
    }
  });

  it.each(['', '.', 'k2.', 'no dot', 'k2.AAAA'])('of garbage (%j) is refused', (garbage) => {
    expect(() => open(garbage, keys, 'here')).toThrow(unreadable);
  });
});
