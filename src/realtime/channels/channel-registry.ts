import { Injectable } from '@nestjs/common';
import { AppError } from '../../kernel/app-error.js';
import type { Principal } from '../../kernel/principal.js';
import {
  busChannel,
  clientChannel,
  type ChannelDefinition,
  type Polling,
  type SnapshotOf,
} from './channel-definition.js';

/** A stream that a client may follow. */
export interface ResolvedChannel {
  readonly client: string;
  readonly bus: string;
  readonly isDurable: boolean;
  readonly polled?: Polling;
  /** Reads what a client begins with. */
  readonly snapshot: () => Promise<unknown>;
}

interface Declared {
  readonly channel: ChannelDefinition;
  readonly snapshot: SnapshotOf<ChannelDefinition>;
}

/** The channels there are; modules declare theirs at start. */
@Injectable()
export class ChannelRegistry {
  readonly #channels = new Map<string, Declared>();

  /** @param snapshot after a message was published it holds what that says. */
  declare<Channel extends ChannelDefinition>(
    channel: Channel,
    snapshot: SnapshotOf<Channel>,
  ): void {
    const { name } = channel;
    if (this.#channels.has(name)) {
      const message = `channel ${name} is declared twice`;
      throw new AppError('internal', 'live.duplicate_channel', message);
    }
    this.#channels.set(name, { channel, snapshot });
  }

  /** Every channel that is declared. */
  get declared(): readonly ChannelDefinition[] {
    return [...this.#channels.values()].map(({ channel }) => channel);
  }

  /**
   * The stream that `requested` (`trading.fills`, `market.quote:AAPL`) means for this caller.
   * @throws AppError `live.unknown_channel`, also for channels the caller may not see: their names stay private.
   */
  resolve(requested: string, principal: Principal | undefined): ResolvedChannel {
    const colon = requested.indexOf(':');
    const name = colon < 0 ? requested : requested.slice(0, colon);
    const parameter = colon < 0 ? undefined : requested.slice(colon + 1);
    const declared = this.#channels.get(name);
    const isThere = declared !== undefined && fits(declared.channel, parameter);
    if (!isThere || !maySee(declared.channel, principal)) {
      throw new AppError('not_found', 'live.unknown_channel', 'There is no such channel.');
    }
    const { channel, snapshot } = declared;
    const key = {
      ...(principal && { userId: principal.userId }),
      ...(parameter !== undefined && { parameter }),
    };
    return {
      client: clientChannel(channel, parameter),
      bus: busChannel(channel, key),
      isDurable: channel.durable !== undefined,
      ...(channel.polled && { polled: channel.polled }),
      snapshot: async () => snapshot(key),
    };
  }
}

function fits(channel: ChannelDefinition, parameter: string | undefined): boolean {
  if (channel.parameter === undefined) return parameter === undefined;
  return parameter !== undefined && channel.parameter.test(parameter);
}

/** What roles open is for people, as it is over HTTP: a key of an administrator sees what any user may see. */
function maySee({ audience }: ChannelDefinition, principal: Principal | undefined): boolean {
  if (audience === 'public') return true;
  if (principal === undefined) return false;
  const { credential, roles } = principal;
  if (credential.kind === 'api-key') {
    return typeof audience === 'string' && credential.scopes.includes('read');
  }
  return typeof audience === 'string' || roles.includes(audience.role);
}
