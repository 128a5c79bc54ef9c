import { Injectable } from '@nestjs/common';
import { AppError } from '../kernel/app-error.js';
import type { Principal } from '../kernel/principal.js';
import {
  busChannel,
  clientChannel,
  type ChannelDefinition,
  type DurableChannel,
  type SnapshotOf,
} from './channel-definition.js';

/** A stream that a client may follow. */
export interface ResolvedChannel {
  readonly client: string;
  readonly bus: string;
  /** Of a durable channel: reads what a client begins with. */
  readonly snapshot?: () => Promise<unknown>;
}

interface Declared {
  readonly channel: ChannelDefinition;
  readonly snapshot?: SnapshotOf<DurableChannel>;
}

/** The channels there are; modules declare theirs at start. */
@Injectable()
export class ChannelRegistry {
  readonly #channels = new Map<string, Declared>();

  declare(...channels: readonly ChannelDefinition[]): void {
    for (const channel of channels) this.#add({ channel });
  }

  /** @param snapshot told by the database: after a message was published it holds what that says. */
  declareDurable<Channel extends DurableChannel>(
    channel: Channel,
    snapshot: SnapshotOf<Channel>,
  ): void {
    this.#add({ channel, snapshot });
  }

  /**
   * The stream that `requested` (`trading.fills`, `market.quote:AAPL`) means for this caller.
   * @throws AppError `live.unknown_channel`, also for channels the caller may not see: their names stay private.
   */
  resolve(requested: string, principal: Principal): ResolvedChannel {
    const colon = requested.indexOf(':');
    const name = colon < 0 ? requested : requested.slice(0, colon);
    const parameter = colon < 0 ? undefined : requested.slice(colon + 1);
    const { channel, snapshot } = this.#channels.get(name) ?? {};
    if (!channel || !fits(channel, parameter) || !maySee(channel, principal)) {
      throw new AppError('not_found', 'live.unknown_channel', 'There is no such channel.');
    }
    const key = { userId: principal.userId, ...(parameter !== undefined && { parameter }) };
    return {
      client: clientChannel(channel, parameter),
      bus: busChannel(channel, key),
      ...(snapshot && { snapshot: async () => snapshot(key) }),
    };
  }

  #add(declared: Declared): void {
    const { name } = declared.channel;
    if (this.#channels.has(name)) {
      const message = `channel ${name} is declared twice`;
      throw new AppError('internal', 'live.duplicate_channel', message);
    }
    this.#channels.set(name, declared);
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
