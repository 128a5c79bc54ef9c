import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Config } from '../../config/config.js';
import { clearSessionCookie, readSessionToken, setSessionCookie } from '../../http/index.js';
import type { OpenedSession } from '../../redis/index.js';
import type { SessionToken } from './auth.dto.js';

/** How clients get their tokens: programs in the answer, browsers in a cookie as well. */
@Injectable()
export class SessionCookies {
  readonly #secure: boolean;

  constructor(@Inject(Config) config: Config) {
    this.#secure = config.session.cookieSecure;
  }

  hand({ token, session }: OpenedSession, reply: FastifyReply): SessionToken {
    setSessionCookie(reply, token, this.#secure, session.expiresAtMs);
    return { token, expiresAt: new Date(session.expiresAtMs).toISOString() };
  }

  clear(reply: FastifyReply): void {
    clearSessionCookie(reply, this.#secure);
  }

  tokenOf(request: FastifyRequest): string | undefined {
    return readSessionToken(request, this.#secure);
  }
}
