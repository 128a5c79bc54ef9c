import { Injectable } from '@nestjs/common';
import { AppError } from '../../kernel/app-error.js';
import { settlesWithin } from '../../kernel/deadline.js';
import { ChannelRegistry, type ResolvedChannel } from '../channels/channel-registry.js';
import type { Followed, Present, SubscribeRequest } from '../live-messages.js';
import type { Beginning } from '../streams/live-stream.js';
import { LiveStreams, type Following } from '../streams/live-streams.js';
import type { LiveClient } from './live-client.js';
import { LivePresence } from './live-presence.js';

const MAX_CHANNELS = 100;
/** Who does not say who it is. */
const MAX_ANONYMOUS_CHANNELS = 20;
/**
 * What a client waits for a channel that Redis does not answer for; then it begins with what the database says. When
 * thousands come at once Redis is there, and its answers wait for their turn: who went on after 1 s had lost its place.
 */
const READY_MS = 3_000;
/** A channel that breaks again and again while a client begins with it; more would be a server that is not well. */
const MAX_BEGINNINGS = 5;

/** What clients follow: who may, where it begins, and what it is sent from then on. */
@Injectable()
export class LiveFollowing {
  constructor(
    private readonly channels: ChannelRegistry,
    private readonly streams: LiveStreams,
    private readonly presence: LivePresence,
  ) {}

  /**
   * @param answer is given the place and what the client begins with, in one step with its entry: what comes after that
   *   comes after the answer.
   * @throws AppError `live.unknown_channel`, `live.too_many_channels`, `live.unavailable`, and what the channel refuses
   *   with
   */
  async subscribe(
    client: LiveClient,
    request: SubscribeRequest,
    answer: (answer: Followed) => void,
  ): Promise<void> {
    const channel = this.channels.resolve(request.channel, client.principal);
    const share = this.streams.follow(channel, client);
    // All that a client asks for at once gets ready at once: it waits for the slowest, not for one after the other.
    const isReady = settlesWithin(share.ready, READY_MS);
    return client.inOrder(async () => {
      await Promise.all([client.caughtUp(), isReady]);
      if (!client.isOpen) {
        share.release();
        return;
      }
      try {
        this.#adopt(client, channel, share);
        await this.#begin(client, channel, share, { request, answer });
      } catch (error) {
        this.#release(client, channel, share);
        throw error;
      }
    });
  }

  /**
   * Finds out what {@link subscribe} would be refused with, for a client that can be told so before it follows anything
   * and not later. What it begins with is read, and is at hand when it subscribes.
   * @throws as {@link subscribe}
   */
  async prepare(client: LiveClient, request: SubscribeRequest): Promise<ResolvedChannel> {
    const channel = this.channels.resolve(request.channel, client.principal);
    if (!client.isOpen) return channel;
    const share = this.streams.follow(channel, client);
    try {
      this.#adopt(client, channel, share);
      await settlesWithin(share.ready, READY_MS);
      await share.stream.begin(request.from);
      return channel;
    } catch (error) {
      this.#release(client, channel, share);
      throw error;
    }
  }

  /** @throws AppError `live.unknown_channel` */
  unsubscribe(client: LiveClient, requested: string): Promise<string> {
    return client.inOrder(async () => {
      const channel = this.channels.resolve(requested, client.principal);
      const following = client.following.get(channel.bus);
      if (following !== undefined) this.#release(client, channel, following);
      return channel.client;
    });
  }

  /**
   * How many clients follow a channel, on all instances.
   * @throws AppError `live.unknown_channel`
   */
  async countFollowers(client: LiveClient, requested: string): Promise<Present> {
    const channel = this.channels.resolve(requested, client.principal);
    const count = await this.presence.count(channel.bus);
    return { ok: true, channel: channel.client, count };
  }

  /** The client's share of the channel from now on, in place of one it may have. */
  #adopt(client: LiveClient, channel: ResolvedChannel, share: Following): void {
    const { following } = client;
    const known = following.get(channel.bus);
    const most = client.principal === undefined ? MAX_ANONYMOUS_CHANNELS : MAX_CHANNELS;
    if (known === undefined && following.size >= most) {
      throw new AppError(
        'too_many_requests',
        'live.too_many_channels',
        `You follow up to ${most} channels over one connection.`,
      );
    }
    // Who begins anew is sent nothing in between, and nothing that waited: it would come twice.
    known?.release();
    client.forget(channel.client);
    following.set(channel.bus, share);
  }

  /**
   * The last part of what it begins with, what came meanwhile, and entry are one step: nothing is published between them.
   * The first part is the answer; another one is sent once the client has taken those before.
   */
  async #begin(
    client: LiveClient,
    channel: ResolvedChannel,
    { stream, room }: Following,
    { request, answer }: { request: SubscribeRequest; answer: (answer: Followed) => void },
  ): Promise<void> {
    let { from } = request;
    let isAnswered = false;
    const tell = ({ position, ...what }: Beginning) => {
      const frames = what.recovered ? what.messages.map((message) => room.frameOf(message)) : [];
      if (isAnswered) {
        if (!what.recovered) frames.push(room.snapshotFrame(position, what.snapshot));
        for (const frame of frames) client.send(frame);
        return;
      }
      isAnswered = true;
      const told = what.recovered ? { ...what, messages: frames.map(({ body }) => body) } : what;
      answer({ ok: true, channel: channel.client, ...position, ...told } as Followed);
    };
    let beginnings = 0;
    while (beginnings < MAX_BEGINNINGS) {
      const beginning = await stream.begin(from);
      const after = stream.after(beginning.position);
      if (!client.isOpen) return;
      if (after !== undefined) {
        tell(beginning);
        for (const message of after) client.send(room.frameOf(message));
        // What was sent may have closed it: nobody would take it out again.
        if (client.isOpen) room.enter(client);
        return;
      }
      if (beginning.recovered && beginning.messages.length > 0) {
        tell(beginning);
        from = beginning.position;
        await client.caughtUp();
      } else beginnings += 1;
    }
    throw new AppError('unavailable', 'live.unavailable', 'The channel cannot be followed now.');
  }

  #release(client: LiveClient, channel: ResolvedChannel, share: Following): void {
    if (client.following.get(channel.bus) === share) {
      client.following.delete(channel.bus);
      client.forget(channel.client);
    }
    share.release();
  }
}
