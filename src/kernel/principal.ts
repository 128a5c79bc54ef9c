export const ROLES = ['trader', 'admin'] as const;
export type UserRole = (typeof ROLES)[number];

/** What an API key may: call routes that only read, and those that change something. */
export const API_SCOPES = ['read', 'trade'] as const;
export type ApiScope = (typeof API_SCOPES)[number];

interface Shown {
  /** Safe to log and to name in a revocation. */
  readonly id: string;
  /** At the latest, however much it is used; Infinity: never by itself. */
  readonly endsAtMs: number;
}

/** What a caller has shown: a person signed in, or a program has a key. */
export type Credential =
  | (Shown & {
      readonly kind: 'session';
      /** By a token that was replaced: it is good for requests under way, and for none that change how one signs in. */
      readonly isReplaced?: boolean;
    })
  | (Shown & { readonly kind: 'api-key'; readonly scopes: readonly ApiScope[] });

/** Who is calling: what a valid credential stands for. */
export interface Principal {
  readonly userId: string;
  readonly credential: Credential;
  readonly roles: readonly UserRole[];
}

/** A request whose caller is known: who guards a route writes it there, behind it others may read it. */
export interface AuthenticatedRequest {
  principal?: Principal;
}

/** Turns a session token into who it belongs to. The edges (HTTP, sockets, dashboard) ask for it; the auth module is it. */
export abstract class Authenticator {
  /** undefined for a token that opens no live session. @throws AppError of kind `unavailable` when that cannot be told. */
  abstract authenticate(token: string): Promise<Principal | undefined>;
  /**
   * The same caller as it stands now, its session marked as used: for who stays connected. undefined when
   * the credential has ended. @throws AppError of kind `unavailable` when that cannot be told.
   */
  abstract renew(principal: Principal): Promise<Principal | undefined>;
}
