import { Injectable } from '@nestjs/common';
import { AppError } from '../kernel/app-error.js';
import type { Principal } from '../kernel/principal.js';
import { busChannel, clientChannel, type ChannelDefinition } from './channel-definition.js';

/** A stream that a client may follow. */
export interface ResolvedChannel {
  readonly client: string;
  readonly bus: string;
}

/** The channels there are; modules declare theirs at start. */
@Injectable()
export class ChannelRegistry {
  readonly #channels = new Map<string, ChannelDefinition>();

  declare(...channels: readonly ChannelDefinition[]): void {
    for (const channel of channels) {
      if (this.#channels.has(channel.name)) {
        throw new AppError(
          'internal',
          'live.duplicate_channel',
          `channel ${channel.name} is declared twice`,
        );
      }
      this.#channels.set(channel.name, channel);
    }
  }

  /**
   * The stream that `requested` (`trading.fills`, `market.quote:AAPL`) means for this caller.
   * @throws AppError `live.unknown_channel`, also for channels the caller may not see: their names stay private.
   */
  resolve(requested: string, principal: Principal): ResolvedChannel {
    const colon = requested.indexOf(':');
    const name = colon < 0 ? requested : requested.slice(0, colon);
    const parameter = colon < 0 ? undefined : requested.slice(colon + 1);
    const channel = this.#channels.get(name);
    if (!channel || !fits(channel, parameter) || !maySee(channel, principal)) {
      throw new AppError('not_found', 'live.unknown_channel', 'There is no such channel.');
    }
    return {
      client: clientChannel(channel, parameter),
      bus: busChannel(channel, {
        userId: principal.userId,
        ...(parameter !== undefined && { parameter }),
      }),
    };
  }
}

function fits(channel: ChannelDefinition, parameter: string | undefined): boolean {
  if (channel.parameter === undefined) return parameter === undefined;
  return parameter !== undefined && channel.parameter.test(parameter);
}

/** What roles open is for people, as it is over HTTP: a key of an administrator sees what any user may see. */
function maySee({ audience }: ChannelDefinition, { credential, roles }: Principal): boolean {
  if (credential.kind === 'api-key') {
    return typeof audience === 'string' && credential.scopes.includes('read');
  }
  return typeof audience === 'string' || roles.includes(audience.role);
}
