import { fastifyCookie } from '@fastify/cookie';
import { Inject, Injectable } from '@nestjs/common';
import { Config } from '../../config/config.js';
import {
  ClientBlocks,
  forwardedAddress,
  isCrossSite,
  networksOf,
  sessionCookieName,
} from '../../http/index.js';
import { AppError } from '../../kernel/app-error.js';
import { Authenticator, type Principal } from '../../kernel/principal.js';
import type { LiveSocket } from './live-socket.js';

type Handshake = Pick<LiveSocket['handshake'], 'auth' | 'headers' | 'address'>;

/** Who a socket is: by the token that a program sends, or by the session cookie of a page of ours. */
@Injectable()
export class LiveHandshake {
  readonly #proxies: ReturnType<typeof networksOf>;

  constructor(
    private readonly authenticator: Authenticator,
    private readonly blocks: ClientBlocks,
    @Inject(Config) private readonly config: Config,
  ) {
    this.#proxies = networksOf(config.http.trustedProxies);
  }

  /**
   * undefined: the client does not say who it is.
   * @throws AppError `client.blocked`; `auth.unauthenticated` for a token that opens no session.
   */
  async authenticate({ auth, headers, address }: Handshake): Promise<Principal | undefined> {
    // First: who is blocked costs nobody a look at his session.
    this.blocks.check(this.addressOf({ address, headers }));
    const token: unknown = auth['token'] ?? this.#cookieToken(headers);
    if (token === undefined) return undefined;
    const principal =
      typeof token === 'string' ? await this.authenticator.authenticate(token) : undefined;
    if (!principal) {
      throw new AppError(
        'unauthenticated',
        'auth.unauthenticated',
        'The handshake has no live session.',
      );
    }
    return principal;
  }

  /** Whose socket it is, by the rule that holds for requests as well. */
  addressOf({ address, headers }: Pick<Handshake, 'address' | 'headers'>): string {
    return forwardedAddress(address, headers['x-forwarded-for'], this.#proxies);
  }

  #cookieToken(headers: Handshake['headers']): string | undefined {
    // Pages of other sites that may connect do not ride on it.
    if (headers.cookie === undefined || isCrossSite(headers)) return undefined;
    return fastifyCookie.parse(headers.cookie)[sessionCookieName(this.config.session.cookieSecure)];
  }
}
