export const ROLES = ['trader', 'admin'] as const;
export type UserRole = (typeof ROLES)[number];

/** Who is calling: what a valid session stands for. */
export interface Principal {
  readonly userId: string;
  readonly sessionId: string;
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
}
