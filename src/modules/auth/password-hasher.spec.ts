import { PasswordHasher } from './password-hasher.js';

describe('PasswordHasher', () => {
  const hasher = new PasswordHasher();

  it('hashes with argon2id at the parameters of OWASP, each time with another salt', async () => {
    const [one, other] = await Promise.all([hasher.hash('a password'), hasher.hash('a password')]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,(t=2,p=1|p=1,t=2)\$/);
    expect(other).not.toBe(one);
  });

  it('knows the password again, and no other', async () => {
    const hash = await hasher.hash('a password');
    expect(await hasher.verify(hash, 'a password')).toBe(true);
    expect(await hasher.verify(hash, 'A password')).toBe(false);
  });

  it('refuses whoever has no hash, even with the password of the decoy', async () => {
    expect(await hasher.verify(undefined, 'a password that nobody has')).toBe(false);
  });
});
