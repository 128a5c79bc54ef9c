import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { eventually } from '../../support/eventually.js';
import type { Problem } from './api-client.js';
import type { LiveMessage, LiveSnapshot } from './live-client.js';

export interface StreamEvent {
  readonly event: string;
  /** Of the last event that had one, as browsers keep it. */
  readonly id: string;
  readonly data: LiveMessage &
    LiveSnapshot & { readonly code: string; readonly recovered: boolean; retryAfterMs?: number };
}

export interface StreamOptions {
  readonly token?: string | undefined;
  readonly lastEventId?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Of this machine: all of 127.0.0.0/8 is. */
  readonly localAddress?: string;
  readonly method?: string;
}

/** A refusal: the answer was no stream. */
export class StreamRefused extends Error {
  constructor(
    readonly status: number,
    readonly problem: Problem,
  ) {
    super(`${status} ${problem.code}`);
  }
}

/** Server-Sent Events, read as the standard says, and remembered. */
export class EventStream {
  readonly events: StreamEvent[] = [];
  readonly comments: string[] = [];
  retryMs: number | undefined;
  lastEventId: string;
  /** How it ended: `end` in order, `cut` in the middle; undefined: it goes on. */
  ending: 'end' | 'cut' | undefined;
  #rest = '';

  private constructor(
    readonly headers: IncomingMessage['headers'],
    private readonly call: ClientRequest,
    answer: IncomingMessage,
    lastEventId: string,
  ) {
    this.lastEventId = lastEventId;
    answer.setEncoding('utf8');
    answer.on('data', (text: string) => this.#read(text));
    answer.on('end', () => (this.ending ??= 'end'));
    answer.on('error', () => (this.ending ??= 'cut'));
    answer.on('close', () => (this.ending ??= 'cut'));
  }

  /** @throws StreamRefused */
  static open(url: string, channels: string, options: StreamOptions = {}): Promise<EventStream> {
    const { token, lastEventId, headers, localAddress, method = 'GET' } = options;
    return new Promise((resolve, reject) => {
      const call = request(`${url}/api/live/events?${channels}`, {
        method,
        agent: false,
        ...(localAddress !== undefined && { localAddress }),
        headers: {
          accept: 'text/event-stream',
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
          ...headers,
        },
      });
      call.on('error', reject);
      call.on('response', (answer) => {
        if (answer.statusCode === 200) {
          resolve(new EventStream(answer.headers, call, answer, lastEventId ?? ''));
          return;
        }
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        answer.on('end', () =>
          reject(new StreamRefused(answer.statusCode ?? 0, JSON.parse(text) as Problem)),
        );
      });
      call.end();
    });
  }

  on(channel: string, event = 'message'): StreamEvent['data'][] {
    return this.events
      .filter((one) => one.event === event && one.data.channel === channel)
      .map(({ data }) => data);
  }

  /** The first message of the channel that fits, once it is there. */
  next(
    channel: string,
    fits: (data: Record<string, unknown>) => boolean = () => true,
  ): Promise<LiveMessage> {
    return eventually(() => {
      const found = this.on(channel).find(({ data }) => fits(data));
      if (!found) throw new Error(`no such message on ${channel} among ${this.events.length}`);
      return found;
    });
  }

  /** The first event of that name, once it is there. */
  first(event: string): Promise<StreamEvent> {
    return eventually(() => {
      const found = this.events.find((one) => one.event === event);
      if (!found) throw new Error(`no ${event} among ${this.events.length} events`);
      return found;
    });
  }

  /** Drops the connection, as a network does. */
  close(): void {
    this.call.destroy();
  }

  #read(text: string): void {
    const blocks = (this.#rest + text).split('\n\n');
    this.#rest = blocks.pop() ?? '';
    for (const block of blocks) this.#dispatch(block.split('\n'));
  }

  #dispatch(lines: readonly string[]): void {
    const fields = new Map<string, string>();
    for (const line of lines) {
      if (line.startsWith(':')) this.comments.push(line);
      const [, name = '', value = ''] = /^([a-z]+): (.*)$/.exec(line) ?? [];
      fields.set(name, value);
    }
    const [retry, id, data] = ['retry', 'id', 'data'].map((name) => fields.get(name));
    if (retry !== undefined) this.retryMs = Number(retry);
    if (id !== undefined) this.lastEventId = id;
    if (data === undefined) return;
    this.events.push({
      event: fields.get('event') ?? 'message',
      id: this.lastEventId,
      data: JSON.parse(data) as StreamEvent['data'],
    });
  }
}
