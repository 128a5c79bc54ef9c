import { generateSecret, generateURI, verifySync } from 'otplib';
import { SECOND_MS } from '../../../kernel/duration.js';

/** Codes of the period before and after count as well: clocks differ, and people type slowly (RFC 6238, 5.2). */
const TOLERANCE_SECONDS = 30;
const CODE = /^\d{6}$/;

/** 160 random bits, base 32, as RFC 4226 recommends. */
export function newTotpSecret(): string {
  return generateSecret({ length: 20 });
}

/** What authenticator apps read, as a QR code or a link. */
export function totpUri(secret: string, email: string): string {
  return generateURI({ issuer: 'Bourse', label: email, secret });
}

/** Whether it is to be looked up as a code of the app; anything else may be a recovery code. */
export function isTotpCode(text: string): boolean {
  return CODE.test(text);
}

/**
 * The period that a code belongs to (since 1970, of 30 s each), if it is one of now.
 * @param afterStep codes up to this period are worth nothing any more
 */
export function stepOfCode(
  code: string,
  secret: string,
  nowMs: number,
  afterStep: number,
): number | undefined {
  if (!isTotpCode(code)) return undefined;
  const epoch = Math.floor(nowMs / SECOND_MS);
  const result = verifySync({ secret, token: code, epoch, epochTolerance: TOLERANCE_SECONDS });
  if (!result.valid || !('timeStep' in result)) return undefined;
  return result.timeStep > afterStep ? result.timeStep : undefined;
}
