import {
  applyDecorators,
  createParamDecorator,
  SetMetadata,
  type ExecutionContext,
} from '@nestjs/common';
import { ApiBearerAuth, ApiForbiddenResponse, ApiUnauthorizedResponse } from '@nestjs/swagger';
import { AppError } from '../kernel/app-error.js';
import type { Principal, UserRole } from '../kernel/principal.js';

/** Who may call a route. Each route declares exactly one; a route without one fails the boot. */
export type Access =
  | { readonly kind: 'public' }
  | { readonly kind: 'signed-in' }
  | { readonly kind: 'roles'; readonly roles: readonly UserRole[] };

export const ACCESS_METADATA = 'bourse:access';

/** Anybody, signed in or not. */
export const Public = () => SetMetadata<string, Access>(ACCESS_METADATA, { kind: 'public' });

/** Anybody with a live session. */
export const SignedIn = () =>
  applyDecorators(
    SetMetadata<string, Access>(ACCESS_METADATA, { kind: 'signed-in' }),
    ApiBearerAuth(),
    ApiUnauthorizedResponse({ description: 'no live session' }),
  );

/** Anybody with a live session and at least one of the roles. */
export const Roles = (...roles: [UserRole, ...UserRole[]]) =>
  applyDecorators(
    SetMetadata<string, Access>(ACCESS_METADATA, { kind: 'roles', roles }),
    ApiBearerAuth(),
    ApiUnauthorizedResponse({ description: 'no live session' }),
    ApiForbiddenResponse({ description: `needs the role ${roles.join(' or ')}` }),
  );

export interface AuthenticatedRequest {
  principal?: Principal;
}

/** The caller of a route that is not public: `handler(@CurrentPrincipal() principal: Principal)`. */
export const CurrentPrincipal = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const { principal } = context.switchToHttp().getRequest<AuthenticatedRequest>();
  if (!principal)
    throw new AppError('internal', 'http.no_principal', 'A public route has no caller.');
  return principal;
});
