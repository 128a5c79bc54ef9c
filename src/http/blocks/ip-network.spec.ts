import fc from 'fast-check';
import { BlockList } from 'node:net';
import {
  includes,
  networkText,
  NetworkTable,
  parseAddress,
  parseNetwork,
  type IpAddress,
} from './ip-network.js';

const addressOf = (text: string): IpAddress => {
  const address = parseAddress(text);
  if (address === undefined) throw new TypeError(`${text} is no address`);
  return address;
};

describe('a network', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7/32'],
    ['203.0.113.7/24', '203.0.113.0/24'],
    ['10.1.2.3/8', '10.0.0.0/8'],
    ['::ffff:203.0.113.7', '203.0.113.7/32'],
    ['::ffff:10.0.0.0/104', '10.0.0.0/8'],
    ['2001:DB8:0:0::1/32', '2001:db8::/32'],
    ['fe80::1%eth0', 'fe80::1/128'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['::/0', '::/0'],
    ['255.255.255.255/0', '0.0.0.0/0'],
    ['::ffff:0:0/96', '0.0.0.0/0'],
    ['::ffff:203.0.113.7/128', '203.0.113.7/32'],
    ['fe80::1%eth0/64', 'fe80::/64'],
  ])('is written in one way: %s is %s', (text, written) => {
    const network = parseNetwork(text);
    expect(network && networkText(network)).toBe(written);
  });

  it.each([
    '',
    '203.0.113',
    '203.0.113.7/33',
    '203.0.113.256',
    '::1/129',
    '::ffff:10.0.0.0/80',
    '10.0.0.0/8/8',
    '10.0.0.0/-1',
    '10.0.0.0/',
    '0x7f.1',
    'localhost',
    ' 10.0.0.1',
    '10.0.0.1 ',
    '010.0.0.1',
    '10.0.0.01/8',
    '10.0.0.0/ 8',
    '10.0.0.0/+8',
    '10.0.0.0/08',
    '10.0.0.0/0x8',
    '10.0.0.0/1000',
    '::ffff:10.0.0.0/95',
    '[::1]/128',
    '%eth0/64',
  ])('is not %j', (text) => {
    expect(parseNetwork(text)).toBeUndefined();
  });

  it('reads back what it writes', () => {
    const texts = fc.oneof(
      fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })),
      fc.tuple(fc.ipV6(), fc.integer({ min: 96, max: 128 })),
    );
    fc.assert(
      fc.property(texts, ([address, prefix]) => {
        const network = parseNetwork(`${address}/${prefix}`);
        if (network === undefined) throw new TypeError('no network');
        expect(parseNetwork(networkText(network))).toEqual(network);
      }),
    );
  });
});

describe('networks in a table', () => {
  it('hold the addresses that Node says they hold', () => {
    const networks = fc.array(
      fc.oneof(
        fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })),
        fc.tuple(
          fc.ipV6().filter((text) => !text.includes('.')),
          fc.integer({ min: 0, max: 128 }),
        ),
      ),
      { maxLength: 5 },
    );
    const addresses = fc.array(fc.oneof(fc.ipV4(), fc.ipV6()), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(networks, addresses, (held, asked) => {
        const table = new NetworkTable<string>();
        // One each: Node finds an IPv4 address among the networks of IPv6 as well.
        const lists = { 32: new BlockList(), 128: new BlockList() };
        for (const [text, prefix] of held) {
          const network = parseNetwork(`${text}/${prefix}`);
          // IPv4 that is written in IPv6 is a question of how it is read, which is asked above.
          if (network === undefined || (network.bits === 32 && text.includes(':'))) continue;
          table.set(network, text);
          lists[network.bits].addSubnet(text, prefix, network.bits === 32 ? 'ipv4' : 'ipv6');
        }
        for (const text of [...asked, ...held.map(([inside]) => inside)]) {
          const address = addressOf(text);
          if (address.bits === 32 && text.includes(':')) continue;
          const family = address.bits === 32 ? 'ipv4' : 'ipv6';
          expect(table.find(address) !== undefined).toBe(lists[address.bits].check(text, family));
        }
      }),
    );
  });

  it('answer with one that will do, where an address is in several', () => {
    const table = new NetworkTable<string>();
    for (const text of ['10.0.0.0/8', '10.1.2.3', '10.1.0.0/16']) {
      const network = parseNetwork(text);
      if (network) table.set(network, text);
    }
    expect(table.find(addressOf('10.1.2.3'), (value) => value.endsWith('/16'))).toBe('10.1.0.0/16');
    expect(table.find(addressOf('11.1.2.3'))).toBeUndefined();
    expect(includes({ bits: 32, value: 0n, prefix: 0 }, addressOf('::ffff:1.2.3.4'))).toBe(true);
  });
});
