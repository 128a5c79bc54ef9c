import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Config } from '../../../config/config.js';
import { AppError } from '../../../kernel/app-error.js';
import { DAY_MS } from '../../../kernel/duration.js';
import { newId } from '../../../kernel/ids.js';
import { open, seal, type KeyRing } from '../../../kernel/secret-box.js';

const CONTEXT = 'auth:device';
export const DEVICE_KEPT_MS = 365 * DAY_MS;
const MAX_LENGTH = 512;

const deviceSchema = z.object({ userId: z.string(), deviceId: z.string() });
export type KnownDevice = z.output<typeof deviceSchema>;

/** Where somebody types a password. */
export interface Origin {
  readonly ip: string;
  readonly known: KnownDevice | undefined;
}

/**
 * Remembers at a browser that its user has signed in there, sealed so that nobody makes up such a mark. It lets
 * nobody in: it only counts this browser's attempts apart from those of strangers (OWASP, "Slow Down
 * Online Guessing Attacks with Device Cookies"), and its user is not told of a new device.
 */
@Injectable()
export class KnownDevices {
  readonly #keys: KeyRing;
  readonly #secure: boolean;
  readonly #cookie: string;

  constructor(@Inject(Config) config: Config) {
    this.#keys = config.encryptionKeys;
    this.#secure = config.session.cookieSecure;
    this.#cookie = this.#secure ? '__Host-device' : 'device';
  }

  originOf(request: FastifyRequest): Origin {
    return { ip: request.ip, known: this.of(request) };
  }

  /** undefined for a device that nobody signed in at, and for whatever else a client makes up. */
  of(request: FastifyRequest): KnownDevice | undefined {
    const sealed = request.cookies[this.#cookie];
    if (sealed === undefined || sealed.length > MAX_LENGTH) return undefined;
    try {
      return deviceSchema.parse(JSON.parse(open(sealed, this.#keys, CONTEXT)));
    } catch (error) {
      if (error instanceof AppError) return undefined;
      throw error;
    }
  }

  /** After a sign-in there. */
  remember(userId: string, known: KnownDevice | undefined, reply: FastifyReply): void {
    // The same one: else every sign-in would give who has the password once a fresh count.
    const device = known?.userId === userId ? known : { userId, deviceId: newId() };
    void reply.setCookie(this.#cookie, seal(JSON.stringify(device), this.#keys, CONTEXT), {
      path: '/',
      httpOnly: true,
      secure: this.#secure,
      sameSite: 'strict',
      maxAge: DEVICE_KEPT_MS / 1_000,
    });
  }
}
