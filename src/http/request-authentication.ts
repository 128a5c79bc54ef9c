import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Config } from '../config/config.js';
import { AppError } from '../kernel/app-error.js';
import { permissionsOf } from '../kernel/permissions.js';
import { Authenticator, type Principal } from '../kernel/principal.js';
import type { Access } from './access.decorators.js';
import { isCrossSite, isForgeable, isSafe } from './cross-site.js';
import { readSessionToken, sessionCookieName } from './session-token.js';

/** Decides whether a request may pass; routes, the dashboard and whatever else has a door use the same rule. */
@Injectable()
export class RequestAuthentication {
  constructor(
    private readonly authenticator: Authenticator,
    @Inject(Config) private readonly config: Config,
  ) {}

  /**
   * @returns who is calling; undefined on public routes, where nobody is asked, or did not say.
   * @throws AppError `auth.cross_site`, `auth.unauthenticated`, `auth.forbidden`, `auth.sign_in_needed` or `auth.out_of_scope`
   */
  async authorize(request: FastifyRequest, access: Access): Promise<Principal | undefined> {
    this.#refuseForgery(request);
    if (access.kind === 'public' && !(access.knowsCallers && this.#saysWho(request))) {
      return undefined;
    }
    const token = readSessionToken(request, this.config.session.cookieSecure);
    const principal =
      token === undefined ? undefined : await this.authenticator.authenticate(token);
    if (!principal) {
      throw new AppError(
        'unauthenticated',
        'auth.unauthenticated',
        'Sign in: the request has no live session.',
      );
    }
    assertInScope(request.method, access, principal);
    if (
      access.kind === 'permission' &&
      !permissionsOf(principal.roles).includes(access.permission)
    ) {
      throw new AppError(
        'forbidden',
        'auth.forbidden',
        'Your account does not have the permission this needs.',
      );
    }
    return principal;
  }

  /** A page of another site does not ride on the cookie, which the browser adds by itself. */
  #saysWho({ headers, cookies }: FastifyRequest): boolean {
    if (headers.authorization !== undefined) return true;
    const cookie = cookies[sessionCookieName(this.config.session.cookieSecure)];
    return cookie !== undefined && !isCrossSite(headers);
  }

  /** A bearer token is put there by a program on purpose; only what the browser adds by itself can be forged. */
  #refuseForgery(request: FastifyRequest): void {
    if (request.headers.authorization !== undefined) return;
    if (!isForgeable(request.method, request.headers)) return;
    throw new AppError('forbidden', 'auth.cross_site', 'Requests from other sites are refused.');
  }
}

/** What a key opens is said by its route; a route that says nothing is for people. */
function assertInScope(method: string, access: Access, { credential }: Principal): void {
  if (credential.kind !== 'api-key') return;
  if (access.kind === 'permission' || (access.kind === 'signed-in' && !access.apiKeys)) {
    throw new AppError('forbidden', 'auth.sign_in_needed', 'No API key opens this: sign in.');
  }
  const scope = isSafe(method) ? 'read' : 'trade';
  if (credential.scopes.includes(scope)) return;
  throw new AppError('forbidden', 'auth.out_of_scope', `This needs an API key that may ${scope}.`);
}
