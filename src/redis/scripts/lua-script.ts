import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { RedisClient } from '../connection/create-client.js';

/** A line `-- include <name>` stands for the file of that name: what several scripts must do alike. */
const INCLUDE = /^-- include (\S+)$/gm;

/**
 * A script from a `.lua` file beside this one, sent by its digest; a server that does not have it
 * yet (a new one, one after `SCRIPT FLUSH` or a failover) gets the text.
 */
export class LuaScript {
  readonly #text: string;
  readonly #sha1: string;

  /** @param name the file's name without `.lua`; read once, at boot. */
  constructor(name: string) {
    this.#text = readScript(name);
    this.#sha1 = createHash('sha1').update(this.#text).digest('hex');
  }

  /** @returns the script's answer as ioredis decodes it; the file's header says what it is. */
  async run(
    client: RedisClient,
    keys: readonly string[],
    args: readonly (string | number)[],
  ): Promise<unknown> {
    return (await this.send(client, keys, args)).answer;
  }

  /** {@link run}, and whether it ran before what the connection was given after it: not, if it had to be sent twice. */
  async send(
    client: RedisClient,
    keys: readonly string[],
    args: readonly (string | number)[],
  ): Promise<{ readonly answer: unknown; readonly inOrder: boolean }> {
    try {
      const answer = await client.evalsha(this.#sha1, keys.length, ...keys, ...args);
      return { answer, inOrder: true };
    } catch (error) {
      // NOSCRIPT means that nothing ran: sending it again cannot count twice.
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      const answer = await client.eval(this.#text, keys.length, ...keys, ...args);
      return { answer, inOrder: false };
    }
  }
}

function readScript(name: string): string {
  const text = readFileSync(new URL(`./${name}.lua`, import.meta.url), 'utf8');
  return text.replace(INCLUDE, (_, included: string) => readScript(included));
}
