import { isIPv6 } from 'node:net';
import { groupsOf } from './blocks/ip-network.js';

const GROUPS_OF_NETWORK = 4;

/**
 * Whose calls from an address count together: an IPv4 address, and of IPv6 the network of 64 bits, in
 * which one customer has all addresses there are. One text for every way to write it.
 */
export function clientNetwork(address: string): string {
  const withoutZone = address.replace(/%.*$/, '');
  if (!isIPv6(withoutZone)) return withoutZone;
  const groups = groupsOf(withoutZone);
  const [high = 0, low = 0] = groups.slice(-2);
  // ::ffff:0:0/96, how a socket for both families shows an IPv4 address.
  if (groups.slice(0, -2).join() === '0,0,0,0,0,65535') {
    return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
  }
  const network = groups.slice(0, GROUPS_OF_NETWORK).map((group) => group.toString(16));
  return `${network.join(':')}::/64`;
}
