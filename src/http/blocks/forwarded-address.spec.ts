import fc from 'fast-check';
import { parseAddress } from './ip-network.js';
import { forwardedAddress, networksOf } from './forwarded-address.js';

describe('the address of a client', () => {
  const trusted = networksOf(['10.0.0.0/8', 'fd00::/8']);
  it.each([
    ['is the peer’s where no proxy is trusted', '192.0.2.1', '203.0.113.9', [], '192.0.2.1'],
    [
      'is not what a client says of itself',
      '192.0.2.1',
      '203.0.113.9',
      ['10.0.0.0/8'],
      '192.0.2.1',
    ],
    ['is what a trusted proxy says', '10.0.0.1', '203.0.113.9', ['10.0.0.0/8'], '203.0.113.9'],
  ])('%s', (_, peer, header, proxies, expected) => {
    expect(forwardedAddress(peer, header, networksOf(proxies))).toBe(expected);
  });

  it('is the last one that a trusted proxy names, whatever was forged before it', () => {
    const forged = '1.1.1.1, 10.0.0.9, 203.0.113.9, 10.0.0.2';
    expect(forwardedAddress('fd00::1', forged, trusted)).toBe('203.0.113.9');
  });

  it.each([
    ['203.0.113.9:4711', '203.0.113.9'],
    ['[2001:db8::1]:443', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['2001:db8::1', '2001:db8::1'],
    ['1.1.1.1, 203.0.113.9:1, 10.0.0.2:2', '203.0.113.9'],
    [' ::ffff:203.0.113.9 ', '::ffff:203.0.113.9'],
  ])('has no port, though a proxy may name one: %s', (header, expected) => {
    expect(forwardedAddress('10.0.0.1', header, trusted)).toBe(expected);
  });

  it.each([
    '',
    ',',
    ' , ',
    ':',
    '[]',
    '[]:1',
    '203.0.113.9:',
    '203.0.113.9:x',
    '_hidden',
    '0x7f.1',
  ])('is the proxy’s where it names %j', (header) => {
    expect(forwardedAddress('10.0.0.1', header, trusted)).toBe('10.0.0.1');
  });

  it('is an address, whatever bytes are sent in its place', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.ipV4(), fc.ipV6())), (parts) => {
        const address = forwardedAddress('10.0.0.1', parts.join(','), trusted);
        expect(parseAddress(address)).toBeDefined();
      }),
    );
  });

  it('is the proxy’s where what it names is no address', () => {
    expect(forwardedAddress('10.0.0.1', 'unknown', trusted)).toBe('10.0.0.1');
    expect(forwardedAddress('10.0.0.1', undefined, trusted)).toBe('10.0.0.1');
  });
});
