/** What server and client say to each other on the socket.io namespace `/live`. */

/** A place in a channel. `epoch` changes when the numbering starts anew. */
export interface Position {
  readonly epoch: string;
  readonly seq: number;
}

export interface LiveMessage<Data = unknown> extends Position {
  readonly channel: string;
  /** When it was published: UTC, ISO 8601. */
  readonly ts: string;
  readonly data: Data;
  /** Of the request that caused it. */
  readonly correlationId?: string;
}

export interface LiveSnapshot<Data = unknown> extends Position {
  readonly channel: string;
  readonly data: Data;
}

/** Why something is refused; `code` is for programs, as in problem+json. */
export interface Refusal {
  readonly code: string;
  readonly detail: string;
}

export interface Closing extends Refusal {
  readonly retryAfterMs?: number;
}

export type Followed = { readonly ok: true; readonly channel: string } & Position &
  (
    | { readonly recovered: true; readonly messages: readonly LiveMessage[] }
    | { readonly recovered: false; readonly snapshot: unknown }
  );

export type Answer = Followed | { readonly ok: false; readonly error: Refusal };
