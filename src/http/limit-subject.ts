import type { FastifyRequest } from 'fastify';
import type { AuthenticatedRequest } from '../kernel/principal.js';
import { clientNetwork } from './client-network.js';

/** A caller as limits see him. */
export type LimitedRequest = Pick<FastifyRequest, 'ip'> & AuthenticatedRequest;

/**
 * Whose calls are counted together. A limit that answers nothing for a caller does not concern him: so one route may have
 * a limit for who is signed in, and another for who is not.
 */
const SUBJECTS = {
  /** An address, or a network of IPv6, whoever calls from there. */
  ip: ({ ip }) => clientNetwork(ip),
  /** The same, of callers who are not signed in. */
  anonymous: ({ ip, principal }) => (principal ? undefined : clientNetwork(ip)),
  /** Who is signed in, wherever he calls from. */
  user: ({ principal }) => principal?.userId,
  /** A sign-in: who has taken its token does not use up what other sign-ins of the user have. */
  session: ({ principal }) =>
    principal?.credential.kind === 'session' ? principal.credential.id : undefined,
  /** An API key. */
  key: ({ principal }) =>
    principal?.credential.kind === 'api-key' ? principal.credential.id : undefined,
} as const satisfies Readonly<Record<string, (request: LimitedRequest) => string | undefined>>;

export type LimitSubject = keyof typeof SUBJECTS;

/** undefined: the limit does not concern this caller. */
export function subjectOf(request: LimitedRequest, per: LimitSubject): string | undefined {
  return SUBJECTS[per](request);
}

/** Whether it is an address that is counted, not a person. */
export function isByAddress(per: LimitSubject): boolean {
  return per === 'ip' || per === 'anonymous';
}
