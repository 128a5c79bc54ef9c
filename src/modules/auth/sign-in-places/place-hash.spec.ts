import { placeHash } from './place-hash.js';

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const network = '192.0.2.7';

describe('the place of a sign-in', () => {
  const known = placeHash({ network, userAgent: FIREFOX });

  it('is the same after an update of the browser', () => {
    const userAgent = FIREFOX.replaceAll('140.0', '141.0.2');
    expect(placeHash({ network, userAgent })).toBe(known);
  });

  it('is another one for another client, and in another network', () => {
    const others = [
      { network, userAgent: FIREFOX.replace('Linux x86_64', 'Windows NT 10.0') },
      { network, userAgent: '' },
      { network: '192.0.2.8', userAgent: FIREFOX },
      // What one part ends with is not taken for what the other begins with.
      { network: `${network}","`, userAgent: FIREFOX },
    ].map(placeHash);
    expect(new Set([known, ...others]).size).toBe(5);
  });

  it('is as short as any other, whatever a client calls itself', () => {
    for (const userAgent of ['\0', '\ud800', 'x'.repeat(100_000), '9'.repeat(100_000)]) {
      expect(placeHash({ network, userAgent })).toMatch(/^[\w-]{43}$/);
    }
  });
});
