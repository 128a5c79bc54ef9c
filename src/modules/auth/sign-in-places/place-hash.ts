import { createHash } from 'node:crypto';

/** Where a sign-in comes from, as the login itself shows it. */
export interface SignInPlace {
  /** As `clientNetwork` has it. */
  readonly network: string;
  readonly userAgent: string;
}

/**
 * Names a place: the same client in the same network. Versions in the user agent do not count, or every update of a browser
 * were another device. Takes any text.
 */
export function placeHash({ network, userAgent }: SignInPlace): string {
  const client = userAgent.replaceAll(/\d[\d._]*/g, '0');
  return createHash('sha256')
    .update(JSON.stringify([network, client]))
    .digest('base64url');
}
