import fc from 'fast-check';
import { generateSync } from 'otplib';
import { isTotpCode, newTotpSecret, stepOfCode, totpUri } from './totp.js';

/** Of the examples in RFC 6238, appendix B: the ASCII digits 1 to 0, twice. */
const RFC_SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
const stepAt = (seconds: number) => Math.floor(seconds / 30);

describe('a code of an authenticator app', () => {
  it.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
  ])('is what RFC 6238 says at %d s', (seconds, code) => {
    expect(stepOfCode(code, RFC_SECRET, seconds * 1_000, 0)).toBe(stepAt(seconds));
  });

  it('counts in its own period and the ones beside it, and nowhere else', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1_000, max: 4_000_000_000 }),
        fc.integer({ min: -4, max: 4 }),
        (seconds, periods) => {
          const code = generateSync({ secret: RFC_SECRET, epoch: seconds });
          const nowMs = (stepAt(seconds) + periods) * 30_000 + (seconds % 30) * 1_000;
          const step = stepOfCode(code, RFC_SECRET, nowMs, 0);
          if (Math.abs(periods) <= 1) expect(step).toBe(stepAt(seconds));
          // Another period may have the same digits by chance.
          else expect(step).not.toBe(stepAt(seconds));
        },
      ),
    );
  });

  it('is worth nothing once it, or a later one, was taken', () => {
    const code = generateSync({ secret: RFC_SECRET, epoch: 3_000 });
    expect(stepOfCode(code, RFC_SECRET, 3_000_000, 99)).toBe(100);
    expect(stepOfCode(code, RFC_SECRET, 3_000_000, 100)).toBeUndefined();
    expect(stepOfCode(code, RFC_SECRET, 3_000_000, 500)).toBeUndefined();
  });

  it('is six digits: whatever else is typed is no code, and no error', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!/^\d{6}$/.test(text));
        expect(isTotpCode(text)).toBe(false);
        expect(stepOfCode(text, RFC_SECRET, 3_000_000, 0)).toBeUndefined();
      }),
    );
  });
});

describe('a secret', () => {
  it('has 160 random bits, and stands in what the app reads', () => {
    const secrets = [newTotpSecret(), newTotpSecret()];
    for (const secret of secrets) expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    expect(secrets[0]).not.toBe(secrets[1]);
    const uri = new URL(totpUri(secrets[0] as string, 'ann+b@example.com'));
    expect(uri.searchParams.get('secret')).toBe(secrets[0]);
    expect(uri.searchParams.get('issuer')).toBe('Bourse');
    expect(decodeURIComponent(uri.pathname)).toContain('ann+b@example.com');
  });
});
