import { isCrossSite, isForgeable } from './cross-site.js';

describe('isCrossSite', () => {
  it.each([
    ['a page of ours', { 'sec-fetch-site': 'same-origin' }, false],
    ['an address typed by the user', { 'sec-fetch-site': 'none' }, false],
    ['another site', { 'sec-fetch-site': 'cross-site' }, true],
    ['a sibling subdomain', { 'sec-fetch-site': 'same-site' }, true],
    ['a program', {}, false],
    [
      'an old browser on our page',
      { origin: 'https://bourse.example', host: 'bourse.example' },
      false,
    ],
    [
      'an old browser on another site',
      { origin: 'https://evil.example', host: 'bourse.example' },
      true,
    ],
    ['a sandboxed frame', { origin: 'null', host: 'bourse.example' }, true],
    ['another port', { origin: 'http://localhost:8080', host: 'localhost:3000' }, true],
  ])('tells %s', (_, headers, expected) => {
    expect(isCrossSite(headers)).toBe(expected);
  });

  it('believes Sec-Fetch-Site over an Origin that would pass', () => {
    const headers = {
      'sec-fetch-site': 'cross-site',
      origin: 'https://a.example',
      host: 'a.example',
    };
    expect(isCrossSite(headers)).toBe(true);
  });
});

describe('isForgeable', () => {
  it('lets other sites link to us but not act for the user', () => {
    const headers = { 'sec-fetch-site': 'cross-site' };
    expect(isForgeable('GET', headers)).toBe(false);
    expect(isForgeable('POST', headers)).toBe(true);
    expect(isForgeable('DELETE', headers)).toBe(true);
  });
});
