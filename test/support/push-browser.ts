import { createDecipheriv, createECDH, hkdfSync, randomBytes } from 'node:crypto';

/** Sizes of RFC 8188, 2.1 (header) and RFC 8291, 3 (keys). */
const SALT = 16;
const HEADER = SALT + 4 + 1;
const TAG = 16;

/** A browser as far as a push service and who sends by it know one: its keys, and what it reads with them (RFC 8291). */
export class PushBrowser {
  readonly #keys = createECDH('prime256v1');
  readonly #auth = randomBytes(16);
  readonly #publicKey = this.#keys.generateKeys();

  /** As `JSON.stringify` writes a `PushSubscription`. */
  subscription(endpoint: string) {
    return {
      endpoint,
      expirationTime: null,
      keys: {
        p256dh: this.#publicKey.toString('base64url'),
        auth: this.#auth.toString('base64url'),
      },
    };
  }

  /** @throws Error for what was not encrypted for this browser */
  read(body: Buffer): unknown {
    const salt = body.subarray(0, SALT);
    const keyEnd = HEADER + body.readUInt8(HEADER - 1);
    const sender = body.subarray(HEADER, keyEnd);
    const info = Buffer.concat([Buffer.from('WebPush: info\0'), this.#publicKey, sender]);
    const shared = this.#keys.computeSecret(sender);
    const material = Buffer.from(hkdfSync('sha256', shared, this.#auth, info, 32));
    const derive = (what: string, length: number) =>
      Buffer.from(hkdfSync('sha256', material, salt, `Content-Encoding: ${what}\0`, length));
    const decipher = createDecipheriv('aes-128-gcm', derive('aes128gcm', 16), derive('nonce', 12));
    decipher.setAuthTag(body.subarray(-TAG));
    const record = Buffer.concat([decipher.update(body.subarray(keyEnd, -TAG)), decipher.final()]);
    // The last record ends with a 2, and any number of zeros after it.
    return JSON.parse(record.subarray(0, record.lastIndexOf(2)).toString('utf8'));
  }
}
