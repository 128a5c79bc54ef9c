import { assertPublicTarget } from './target-address.js';

const refused = expect.objectContaining({ code: 'notifications.target_refused' }) as Error;

describe('an address that a user names', () => {
  it.each([
    'https://example.com/hook',
    'https://8.8.8.8/',
    'https://[2606:4700::1111]:8443/',
    'https://localhost.example.com/',
    // What a name means is not known before it is asked for.
    'https://intranet/',
  ])('may be %s', (url) => expect(() => assertPublicTarget(url)).not.toThrow());

  it.each([
    'http://example.com/hook',
    'https://127.0.0.1/',
    'https://127.1/',
    'https://0x7f.0.0.1/',
    'https://2130706433/',
    'https://0.0.0.0/',
    'https://10.0.0.1/',
    'https://172.16.0.1/',
    'https://192.168.1.1/',
    'https://100.64.0.1/',
    'https://169.254.169.254/latest/meta-data/',
    'https://[::1]/',
    'https://[::]/',
    'https://[::ffff:10.0.0.1]/',
    'https://[::ffff:8.8.8.8]/',
    'https://[64:ff9b::a00:1]/',
    'https://[fd00::1]/',
    'https://[fe80::1]/',
    'https://localhost/',
    'https://LOCALHOST./',
    'https://a.localhost/',
  ])('is refused as %s', (url) => expect(() => assertPublicTarget(url)).toThrow(refused));
});
