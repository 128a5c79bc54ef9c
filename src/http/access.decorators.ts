import {
  applyDecorators,
  createParamDecorator,
  SetMetadata,
  type ExecutionContext,
} from '@nestjs/common';
import { ApiBearerAuth, ApiForbiddenResponse, ApiUnauthorizedResponse } from '@nestjs/swagger';
import { AppError } from '../kernel/app-error.js';
import type { Permission } from '../kernel/permissions.js';
import type { AuthenticatedRequest } from '../kernel/principal.js';

/** Who may call a route. Each route declares exactly one; a route without one fails the boot. */
export type Access =
  | { readonly kind: 'public'; readonly knowsCallers: boolean }
  | { readonly kind: 'signed-in'; readonly apiKeys: boolean }
  | { readonly kind: 'permission'; readonly permission: Permission };

export const ACCESS_METADATA = 'bourse:access';

/**
 * Anybody, signed in or not.
 * @param options.knowsCallers those who say who they are, by a live session or a key with the scope `read`, are known
 */
export const Public = ({ knowsCallers = false }: { readonly knowsCallers?: boolean } = {}) =>
  SetMetadata<string, Access>(ACCESS_METADATA, { kind: 'public', knowsCallers });

/**
 * Anybody with a live session.
 * @param options.apiKeys programs too, with a key: reading by GET needs the scope `read`, all else `trade`
 */
export const SignedIn = ({ apiKeys = false }: { readonly apiKeys?: boolean } = {}) =>
  applyDecorators(
    SetMetadata<string, Access>(ACCESS_METADATA, { kind: 'signed-in', apiKeys }),
    ApiBearerAuth(),
    ApiUnauthorizedResponse({ description: 'no live session' }),
  );

/** Anybody with a live session, and no API key, whose roles give the permission (`kernel/permissions.ts`). */
export const Requires = (permission: Permission) =>
  applyDecorators(
    SetMetadata<string, Access>(ACCESS_METADATA, { kind: 'permission', permission }),
    ApiBearerAuth(),
    ApiUnauthorizedResponse({ description: 'no live session' }),
    ApiForbiddenResponse({ description: `needs the permission ${permission}` }),
  );

/** The caller of a route that is not public: `handler(@CurrentPrincipal() principal: Principal)`. */
export const CurrentPrincipal = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const { principal } = context.switchToHttp().getRequest<AuthenticatedRequest>();
  if (!principal)
    throw new AppError('internal', 'http.no_principal', 'A public route has no caller.');
  return principal;
});
