import { ManualClock } from '../../../test/support/manual-clock.js';
import { parseConfig } from '../../config/config.js';
import { ClientBlocks, type ClientBlock } from './client-blocks.js';

const blockOf = (network: string, endsAtMs: number | null = null): ClientBlock => ({
  network,
  endsAtMs,
});

describe('an address under blocks', () => {
  const openWith = (neverBlocked: string, ...networks: string[]) => {
    const blocks = new ClientBlocks(
      parseConfig({ NEVER_BLOCKED: neverBlocked }),
      new ManualClock(),
    );
    blocks.replace(networks.map((network) => blockOf(network)));
    return (address: string) => blocks.find(address) !== undefined;
  };

  it('is the same in each way to write it', () => {
    const isBlocked = openWith('', '203.0.113.7/32', 'fe80::/64');
    for (const address of ['203.0.113.7', '::ffff:203.0.113.7', '::FFFF:cb00:7107']) {
      expect([address, isBlocked(address)]).toEqual([address, true]);
    }
    for (const address of ['fe80::1', 'fe80::1%eth0', 'FE80:0:0:0:0:0:0:1']) {
      expect([address, isBlocked(address)]).toEqual([address, true]);
    }
    expect(isBlocked('203.0.113.8')).toBe(false);
    expect(isBlocked('::203.0.113.7')).toBe(false);
  });

  it('is left alone on the list of those never blocked, however it comes', () => {
    const isBlocked = openWith('203.0.113.7/24', '203.0.0.0/16');
    expect(isBlocked('203.0.113.200')).toBe(false);
    expect(isBlocked('::ffff:203.0.113.200')).toBe(false);
    expect(isBlocked('203.0.114.1')).toBe(true);
  });

  it('is of one family: all of IPv4 is not all of IPv6', () => {
    const isBlocked = openWith('0.0.0.0/0', '0.0.0.0/0', '::/0');
    expect(isBlocked('198.51.100.1')).toBe(false);
    expect(isBlocked('::ffff:198.51.100.1')).toBe(false);
    expect(isBlocked('2001:db8::1')).toBe(true);
  });

  it('is not blocked for a text that is no address', () => {
    const isBlocked = openWith('', '0.0.0.0/0', '::/0');
    for (const text of ['', 'unknown', '203.0.113', '0x7f.1']) expect(isBlocked(text)).toBe(false);
  });
});

describe('who follows the blocks of a process', () => {
  let blocks: ClientBlocks;
  let told: number;
  beforeEach(() => {
    blocks = new ClientBlocks(parseConfig({}), new ManualClock());
    told = 0;
    blocks.onBlocked(() => {
      told += 1;
    });
  });

  it('is told of a new one when it holds already', () => {
    let found: ClientBlock | undefined;
    blocks.onBlocked(() => (found = blocks.find('192.0.2.7')));
    blocks.replace([blockOf('192.0.2.0/24')]);
    expect(found).toEqual(blockOf('192.0.2.0/24'));
  });

  it('is told once of as many as there are, and of one that is given a new end', () => {
    blocks.replace([blockOf('192.0.2.0/24', 1), blockOf('2001:db8::/32')]);
    expect(told).toBe(1);
    blocks.replace([blockOf('192.0.2.0/24', 2), blockOf('2001:db8::/32')]);
    expect(told).toBe(2);
  });

  it('is not told of what it knows, nor of one that was lifted', () => {
    blocks.replace([blockOf('192.0.2.0/24'), blockOf('198.51.100.1/32')]);
    blocks.replace([blockOf('198.51.100.1/32'), blockOf('192.0.2.0/24')]);
    blocks.replace([blockOf('192.0.2.0/24')]);
    blocks.replace([]);
    expect(told).toBe(1);
  });
});
