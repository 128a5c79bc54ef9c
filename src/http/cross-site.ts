export interface OriginHeaders {
  readonly 'sec-fetch-site'?: string | string[] | undefined;
  readonly origin?: string | undefined;
  readonly host?: string | undefined;
}

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Whether a browser sent this request on behalf of another site. Cookies travel with such a request, so
 * one that changes something is refused (cross-site request forgery).
 *
 * Browsers since 2023 say so in `Sec-Fetch-Site`, which no page can forge; older ones send `Origin`.
 * A request with neither is not from a browser and carries no cookies it was not given on purpose.
 */
export function isCrossSite(headers: OriginHeaders): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  if (headers.origin === undefined) return false;
  return !URL.canParse(headers.origin) || new URL(headers.origin).host !== headers.host;
}

/** Whether a method only reads (RFC 9110, 9.2.1). */
export function isSafe(method: string): boolean {
  return SAFE_METHODS.has(method);
}

/** {@link isCrossSite} for requests that may change something; reading across sites is stopped by the browser. */
export function isForgeable(method: string, headers: OriginHeaders): boolean {
  return !isSafe(method) && isCrossSite(headers);
}
