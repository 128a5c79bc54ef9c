import { isIPv4, isIPv6 } from 'node:net';

/** An address as a number. One of IPv4 that is written in IPv6 (`::ffff:0:0/96`) is one of IPv4. */
export interface IpAddress {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

/** All addresses whose first `prefix` bits are those of `value`; the other bits of it are 0. */
export interface IpNetwork extends IpAddress {
  readonly prefix: number;
}

const MAPPED_IPV4 = 0xffffn;
const IPV4_BITS = 32;
const IPV6_BITS = 128;
const GROUPS = 8;

/** @returns undefined for what is no address */
export function parseAddress(text: string): IpAddress | undefined {
  if (isIPv4(text)) return { bits: IPV4_BITS, value: numberOf(text.split('.').map(Number), 8n) };
  const withoutZone = text.replace(/%.*$/, '');
  if (!isIPv6(withoutZone)) return undefined;
  const value = numberOf(groupsOf(withoutZone), 16n);
  const isMapped = value >> 32n === MAPPED_IPV4;
  return isMapped ? { bits: IPV4_BITS, value: value & 0xffffffffn } : { bits: IPV6_BITS, value };
}

/** `203.0.113.0/24`, `2001:db8::/32`, or one address. @returns undefined for what is neither */
export function parseNetwork(text: string): IpNetwork | undefined {
  const [, address = '', length] = /^([^/]+)(?:\/(0|[1-9]\d{0,2}))?$/.exec(text) ?? [];
  const parsed = parseAddress(address);
  if (parsed === undefined) return undefined;
  // `::ffff:10.0.0.0/104` is 10.0.0.0/8.
  const written = address.includes(':') ? IPV6_BITS : IPV4_BITS;
  const prefix = Number(length ?? written) - (written - parsed.bits);
  if (prefix < 0 || prefix > parsed.bits) return undefined;
  return networkAt(parsed, prefix);
}

/** The one way to write it: two networks are the same when their texts are. */
export function networkText({ bits, value, prefix }: IpNetwork): string {
  if (bits === IPV4_BITS) return `${partsOf(value, 4, 8n).join('.')}/${prefix}`;
  const groups = partsOf(value, GROUPS, 16n).map((group) => group.toString(16));
  // A URL shortens an address as RFC 5952 says.
  const shortest = new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
  return `${shortest}/${prefix}`;
}

export function networkAt({ bits, value }: IpAddress, prefix: number): IpNetwork {
  const host = BigInt(bits - prefix);
  return { bits, prefix, value: (value >> host) << host };
}

export function includes(network: IpNetwork, address: IpAddress): boolean {
  return (
    network.bits === address.bits && networkAt(address, network.prefix).value === network.value
  );
}

/** Values by network. A look costs one step per length of prefix in it, however many networks there are. */
export class NetworkTable<Value> {
  readonly #byPrefix = new Map<string, { prefix: number; bits: number; at: Map<bigint, Value> }>();

  set(network: IpNetwork, value: Value): void {
    const { bits, prefix } = network;
    const id = `${bits}/${prefix}`;
    let row = this.#byPrefix.get(id);
    if (row === undefined) {
      row = { bits, prefix, at: new Map() };
      this.#byPrefix.set(id, row);
    }
    row.at.set(network.value, value);
  }

  get isEmpty(): boolean {
    return this.#byPrefix.size === 0;
  }

  /** The value of a network that the address is in, and that will do. */
  find(address: IpAddress, accept: (value: Value) => boolean = () => true): Value | undefined {
    for (const { bits, prefix, at } of this.#byPrefix.values()) {
      if (bits !== address.bits) continue;
      const value = at.get(networkAt(address, prefix).value);
      if (value !== undefined && accept(value)) return value;
    }
    return undefined;
  }
}

/** The eight numbers of 16 bits of an IPv6 address. */
export function groupsOf(address: string): number[] {
  // A URL has addresses in one form: hexadecimal throughout, with at most one gap.
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = [], tail = []] = canonical
    .split('::')
    .map((part) => part.split(':').filter((group) => group !== ''));
  const gap = Array.from({ length: GROUPS - head.length - tail.length }, () => '0');
  return [...head, ...gap, ...tail].map((group) => Number.parseInt(group, 16));
}

function numberOf(parts: readonly number[], width: bigint): bigint {
  return parts.reduce((sum, part) => (sum << width) | BigInt(part), 0n);
}

function partsOf(value: bigint, count: number, width: bigint): number[] {
  const mask = (1n << width) - 1n;
  return Array.from({ length: count }, (_, i) =>
    Number((value >> (width * BigInt(count - 1 - i))) & mask),
  );
}
