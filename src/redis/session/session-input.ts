import type { NewSession } from './session-store.js';

/** Long enough for IPv6 with a zone. */
const MAX_IP_LENGTH = 64;
const MAX_USER_AGENT_LENGTH = 256;

/** The client chooses these two: what is kept of them is bounded. */
export function boundedInput(input: NewSession): NewSession {
  return {
    userId: input.userId,
    ip: withoutNul(input.ip.slice(0, MAX_IP_LENGTH)),
    // Through UTF-8, as everywhere it is kept: a cut may have split a character in two.
    userAgent: Buffer.from(withoutNul(input.userAgent.slice(0, MAX_USER_AGENT_LENGTH))).toString(),
  };
}

/** The one character that PostgreSQL cannot keep in a text. */
function withoutNul(text: string): string {
  return text.replaceAll('\0', '');
}
