import { newRecoveryCodes, recoveryCodeHash } from './recovery-codes.js';

describe('recovery codes', () => {
  it('are ten, each of 80 random bits that are easy to read', () => {
    const codes = newRecoveryCodes();
    expect(new Set(codes).size).toBe(10);
    for (const code of codes) {
      expect(code).toMatch(/^[0-9a-hjkmnp-tv-z]{4}(-[0-9a-hjkmnp-tv-z]{4}){3}$/);
    }
  });

  it('are the same however they are typed', () => {
    const hash = recoveryCodeHash('0a1b-cd23-wxyz-1101');
    for (const typed of ['0A1B-CD23-WXYZ-1101', '0a1bcd23wxyz1101', ' oa1b cd23 wxyz ilO1 ']) {
      expect(recoveryCodeHash(typed)).toBe(hash);
    }
    expect(recoveryCodeHash('0a1b-cd23-wxyz-1102')).not.toBe(hash);
  });

  it('are not told by their hash', () => {
    expect(recoveryCodeHash('0a1b-cd23-wxyz-1101')).toMatch(/^[\w-]{43}$/);
  });
});
