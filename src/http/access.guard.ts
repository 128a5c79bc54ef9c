import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { AppError } from '../kernel/app-error.js';
import type { AuthenticatedRequest } from '../kernel/principal.js';
import { ACCESS_METADATA, type Access } from './access.decorators.js';
import { RequestAuthentication } from './request-authentication.js';

/** Default deny: what does not say who may call it cannot be called. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly authentication: RequestAuthentication,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    // Sockets are let in at their handshake, see realtime/.
    if (context.getType() !== 'http') return true;
    const access = this.reflector.getAllAndOverride<Access | undefined>(ACCESS_METADATA, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (!access) throw new AppError('forbidden', 'auth.forbidden', 'This route is closed.');
    const request = context.switchToHttp().getRequest<FastifyRequest & AuthenticatedRequest>();
    const principal = await this.authentication.authorize(request, access);
    if (principal) request.principal = principal;
    return true;
  }
}
