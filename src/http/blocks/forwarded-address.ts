import { NetworkTable, parseAddress, parseNetwork } from './ip-network.js';

/** @param networks addresses and CIDR ranges, as the configuration has checked them */
export function networksOf(networks: readonly string[]): NetworkTable<true> {
  const table = new NetworkTable<true>();
  for (const text of networks) {
    const network = parseNetwork(text);
    if (network !== undefined) table.set(network, true);
  }
  return table;
}

/**
 * Whose request it is, as the server itself finds it: the peer, or, while that is a proxy that is trusted, whom it names
 * last. What stands before the first that is not trusted may be forged, and is not read.
 * @param forwarded `X-Forwarded-For`
 */
export function forwardedAddress(
  peer: string,
  forwarded: string | readonly string[] | undefined,
  trusted: NetworkTable<true>,
): string {
  const chain = [forwarded ?? []].flat().join(',').split(',').reverse();
  let address = peer;
  for (const next of chain) {
    const parsed = parseAddress(address);
    if (parsed === undefined || !trusted.find(parsed)) break;
    const named = withoutPort(next.trim());
    if (parseAddress(named) === undefined) break;
    address = named;
  }
  return address;
}

/** Some proxies name the port as well: `203.0.113.9:4711`, `[2001:db8::1]:443`. Whoever counted it would count nobody twice. */
function withoutPort(text: string): string {
  const [, v6, v4] = /^(?:\[([^\]]*)\](?::\d+)?|([\d.]+):\d+)$/.exec(text) ?? [];
  return v6 ?? v4 ?? text;
}
