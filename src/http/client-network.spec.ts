import fc from 'fast-check';
import { clientNetwork } from './client-network.js';

const group = fc.integer({ min: 0, max: 0xffff });
const groups = (length: number) => fc.array(group, { minLength: length, maxLength: length });
const long = (numbers: readonly number[]) =>
  numbers.map((number) => number.toString(16).padStart(4, '0').toUpperCase()).join(':');
/** An IPv4 address within IPv6: a network of another kind. */
const isMapped = (numbers: readonly number[]) =>
  numbers.slice(0, 4).every((number) => number === 0);

describe('the network of a client', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::ffff:c000:207', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::', '2001:db8:1:2::/64'],
    ['2001:DB8:0001:0002::9', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['1::', '1:0:0:0::/64'],
  ])('of %s is %s', (address, network) => {
    expect(clientNetwork(address)).toBe(network);
  });

  it('is the same for all addresses of 64 bits in common, and for no others', () => {
    fc.assert(
      fc.property(groups(4), groups(4), groups(4), groups(4), (one, other, host, otherHost) => {
        fc.pre(!isMapped(one) && !isMapped(other));
        const same = clientNetwork(long([...one, ...host]));
        expect(clientNetwork(long([...one, ...otherHost]))).toBe(same);
        expect(clientNetwork(long([...other, ...host])) === same).toBe(one.join() === other.join());
      }),
    );
  });

  it('does not depend on how an address is written', () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
        expect(clientNetwork(address)).toBe(clientNetwork(canonical));
      }),
    );
  });
});
