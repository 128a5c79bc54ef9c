import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { targetRefused } from '../notifications.errors.js';

/**
 * What can be known of an address before anything is sent there: what its name means is looked at for each request.
 * @param url with a host, as a URL of `http:` or `https:` has one
 * @throws AppError `notifications.target_refused` unless it is `https:`, and no private, local or reserved address
 */
export function assertPublicTarget(url: string): void {
  const { protocol, hostname } = new URL(url);
  if (protocol !== 'https:' || !mayBePublic(hostname)) throw targetRefused();
}

/** @param hostname as `URL` writes it: an IPv4 address in four decimal parts, an IPv6 address in brackets */
function mayBePublic(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  // By the same rule as the guard of the requests themselves.
  if (isIP(host) !== 0) return ipaddr.parse(host).range() === 'unicast';
  // RFC 6761, 6.3: always this machine.
  return !/(^|\.)localhost\.?$/.test(host);
}
