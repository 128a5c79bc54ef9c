import { apiKeyHash, isApiKeyToken, newApiKeyToken } from './api-key-token.js';

describe('an API key', () => {
  it('has 256 random bits, and can be told from a session', () => {
    const keys = [newApiKeyToken(), newApiKeyToken()];
    for (const key of keys) expect(key).toMatch(/^bourse_[\w-]{43}$/);
    expect(keys[0]).not.toBe(keys[1]);
    expect(keys.every(isApiKeyToken)).toBe(true);
    expect(isApiKeyToken('A'.repeat(43))).toBe(false);
  });

  it('is not told by its hash, and each has another', () => {
    const key = newApiKeyToken();
    expect(apiKeyHash(key)).toMatch(/^[\w-]{43}$/);
    expect(apiKeyHash(key)).not.toContain(key.slice(7));
    expect(apiKeyHash(newApiKeyToken())).not.toBe(apiKeyHash(key));
  });
});
