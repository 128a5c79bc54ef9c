import fc from 'fast-check';
import { createToken, readToken, tokenOwner } from './session-token.js';

describe('a session token', () => {
  it('leads to its user', () => {
    fc.assert(
      fc.property(fc.string(), (userId) => {
        expect(readToken(createToken(userId))?.owner).toEqual(tokenOwner(userId));
      }),
    );
  });

  it('is read from no text of another shape', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!/^[\w-]{64}$/.test(text));
        expect(readToken(text)).toBeUndefined();
      }),
    );
  });

  it('is another every time, and so is its hash', () => {
    const tokens = Array.from({ length: 100 }, () => createToken('ada'));
    expect(new Set(tokens).size).toBe(100);
    expect(new Set(tokens.map((token) => readToken(token)?.hash)).size).toBe(100);
  });
});
