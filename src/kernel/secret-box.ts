import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { AppError } from './app-error.js';

/** A key of 256 bits; its id stands in what was sealed with it, so that keys can change over time. */
export interface SecretKey {
  /** 1–16 letters and digits. */
  readonly id: string;
  /** 32 bytes, base64. */
  readonly secret: string;
}

/** The first key seals; all of them open. */
export type KeyRing = readonly [SecretKey, ...SecretKey[]];

/** Code of what cannot be opened. */
export const UNREADABLE = 'secret.unreadable';

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts with AES-256-GCM (NIST SP 800-38D) under a fresh nonce.
 * @param context what the text belongs to (`config:email`): opened under another, it is refused, so that
 *   nobody can move a sealed value to another place
 * @returns `<keyId>.<base64url>`
 */
export function seal(text: string, keys: KeyRing, context: string): string {
  const [key] = keys;
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, Buffer.from(key.secret, 'base64'), iv);
  cipher.setAAD(Buffer.from(context));
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return `${key.id}.${Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url')}`;
}

/** @throws AppError `secret.unreadable` (internal): an unknown key, another context, or changed text. */
export function open(sealed: string, keys: KeyRing, context: string): string {
  const dot = sealed.indexOf('.');
  const key = keys.find(({ id }) => id === sealed.slice(0, dot));
  const bytes = Buffer.from(sealed.slice(dot + 1), 'base64url');
  if (key === undefined || bytes.length < IV_BYTES + TAG_BYTES) throw unreadable();
  try {
    const decipher = createDecipheriv(
      CIPHER,
      Buffer.from(key.secret, 'base64'),
      bytes.subarray(0, IV_BYTES),
      { authTagLength: TAG_BYTES },
    );
    decipher.setAAD(Buffer.from(context));
    decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
    const body = bytes.subarray(IV_BYTES + TAG_BYTES);
    return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
  } catch (cause) {
    throw unreadable(cause);
  }
}

/** Whether it says that a sealed value cannot be opened: the keys that it was sealed with are gone. */
export function isUnreadable(error: unknown): boolean {
  return error instanceof AppError && error.code === UNREADABLE;
}

function unreadable(cause?: unknown): AppError {
  return new AppError('internal', UNREADABLE, 'A sealed value cannot be opened.', { cause });
}
