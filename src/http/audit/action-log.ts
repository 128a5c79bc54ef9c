import { Injectable, Logger } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AdminActions } from '../../kernel/admin-actions.js';
import { AppError } from '../../kernel/app-error.js';
import type { Principal } from '../../kernel/principal.js';
import { actionTarget } from './action-target.js';

/** Writes down how an action ended, by the status that its caller is answered with. Never rejects. */
export type EndAction = (status: number) => Promise<void>;

/** Records what administrators do: before it is done, and how it went. */
@Injectable()
export class ActionLog {
  readonly #logger = new Logger('AdminActions');

  constructor(private readonly actions: AdminActions) {}

  /**
   * @param fields of the body that name what it is about.
   * @throws AppError `audit.unavailable`: nothing may be done that is not recorded.
   */
  async begin(
    request: FastifyRequest,
    { userId }: Principal,
    fields: readonly string[] = [],
  ): Promise<EndAction> {
    const action = {
      actorId: userId,
      action: `${request.method} ${request.routeOptions.url ?? ''}`,
      target: actionTarget(request.params, request.body, fields),
      correlationId: request.id,
    };
    let id: string;
    try {
      id = await this.actions.begin(action);
    } catch (cause) {
      throw new AppError(
        'unavailable',
        'audit.unavailable',
        'It cannot be recorded now, so it is not done: try again.',
        { cause },
      );
    }
    return async (status) => {
      try {
        await this.actions.end(id, status < 400 ? 'done' : 'failed', status);
      } catch (error) {
        // It stays `begun`: that it was done, or tried, is on record.
        this.#logger.warn({ message: 'end of an action not recorded', ...action, err: error });
      }
    };
  }
}
