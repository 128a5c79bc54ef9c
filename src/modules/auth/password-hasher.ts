import { Injectable } from '@nestjs/common';
import argon2 from 'argon2';

/** OWASP's minimum for argon2id (Password Storage Cheat Sheet): 19 MiB, two passes, one lane. */
const PARAMETERS = {
  type: argon2.argon2id,
  memoryCost: 19_456,
  timeCost: 2,
  parallelism: 1,
} as const;

@Injectable()
export class PasswordHasher {
  /** Made ready at the start: the first unknown account must not take longer than the others. */
  readonly #decoy = this.hash('a password that nobody has');

  hash(password: string): Promise<string> {
    return argon2.hash(password, PARAMETERS);
  }

  /** Takes as long for an account that does not exist (`hash` undefined) as for one that does. */
  async verify(hash: string | undefined, password: string): Promise<boolean> {
    if (hash !== undefined) return argon2.verify(hash, password);
    await argon2.verify(await this.#decoy, password);
    return false;
  }
}
