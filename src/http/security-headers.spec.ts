import { securityHeaders } from './security-headers.js';

describe('the headers of every answer', () => {
  it('are those of Helmet', () => {
    expect(securityHeaders(true)).toMatchObject({
      'content-security-policy': expect.stringContaining("default-src 'self'"),
      'strict-transport-security': expect.stringContaining('max-age='),
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'SAMEORIGIN',
      'referrer-policy': 'no-referrer',
    });
  });

  it('let a browser upgrade requests over HTTPS only', () => {
    const policyOf = (overHttps: boolean) => securityHeaders(overHttps)['content-security-policy'];
    expect(policyOf(true)).toContain('upgrade-insecure-requests');
    expect(policyOf(false)).not.toContain('upgrade-insecure-requests');
  });
});
