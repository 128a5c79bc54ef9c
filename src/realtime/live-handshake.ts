import { fastifyCookie } from '@fastify/cookie';
import { Inject, Injectable } from '@nestjs/common';
import { Config } from '../config/config.js';
import { isCrossSite, sessionCookieName } from '../http/index.js';
import { AppError } from '../kernel/app-error.js';
import { Authenticator, type Principal } from '../kernel/principal.js';
import type { LiveSocket } from './live-messages.js';

type Handshake = Pick<LiveSocket['handshake'], 'auth' | 'headers'>;

/** Lets a socket in: by the token that a program sends, or by the session cookie of a page of ours. */
@Injectable()
export class LiveHandshake {
  constructor(
    private readonly authenticator: Authenticator,
    @Inject(Config) private readonly config: Config,
  ) {}

  /** @throws AppError `auth.unauthenticated`; `auth.cross_site` for another site's page that rides on the cookie. */
  async authenticate({
    auth,
    headers,
  }: Handshake): Promise<{ principal: Principal; token: string }> {
    const token = typeof auth['token'] === 'string' ? auth['token'] : this.#cookieToken(headers);
    const principal = token ? await this.authenticator.authenticate(token) : undefined;
    if (!token || !principal) {
      throw new AppError(
        'unauthenticated',
        'auth.unauthenticated',
        'The handshake has no live session.',
      );
    }
    return { principal, token };
  }

  #cookieToken(headers: Handshake['headers']): string | undefined {
    if (headers.cookie === undefined) return undefined;
    if (isCrossSite(headers)) {
      throw new AppError('forbidden', 'auth.cross_site', 'Sockets from other sites are refused.');
    }
    return fastifyCookie.parse(headers.cookie)[sessionCookieName(this.config.session.cookieSecure)];
  }
}
