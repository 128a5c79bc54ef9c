import http from 'node:http';
import https from 'node:https';
import { Inject, Injectable } from '@nestjs/common';
import { RequestFilteringHttpAgent, RequestFilteringHttpsAgent } from 'request-filtering-agent';
import { Config } from '../../../config/config.js';
import { SECOND_MS } from '../../../kernel/duration.js';

export interface OutboundPost {
  readonly headers: Readonly<Record<string, string | number>>;
  readonly body: string | Buffer;
}

export type OutboundAnswer =
  | { readonly kind: 'answered'; readonly status: number; readonly retryAfterMs: number | null }
  /** `refused`: the address is none that requests may go to. */
  | { readonly kind: 'unanswered'; readonly why: 'refused' | 'timeout' | 'unreachable' };

/** As much of the configuration as says where requests may go. */
interface Guarded {
  readonly notifications: Pick<Config['notifications'], 'allowPrivateTargets'>;
}

/** From the look-up of the name to the first line of the answer. */
const TIMEOUT_MS = 10 * SECOND_MS;

/** How the agent says no; its errors have no code. */
const REFUSED = /is not allowed\. Because/;

/**
 * Requests to addresses that users name. None goes to an address that is not public, whatever a name means at that
 * moment; redirects are not followed, and of the answer only its status is read: it is nobody's business here,
 * and cannot be large or slow.
 */
@Injectable()
export class OutboundHttp {
  readonly #allowPrivate: boolean;
  readonly #plain: http.Agent;
  readonly #secure: https.Agent;

  constructor(@Inject(Config) { notifications }: Guarded) {
    this.#allowPrivate = notifications.allowPrivateTargets;
    const options = { allowPrivateIPAddress: this.#allowPrivate, keepAlive: false };
    this.#plain = new RequestFilteringHttpAgent(options);
    this.#secure = new RequestFilteringHttpsAgent(options);
  }

  /** Never rejects; ends within `timeoutMs`. */
  post(
    url: string,
    { headers, body }: OutboundPost,
    timeoutMs = TIMEOUT_MS,
  ): Promise<OutboundAnswer> {
    const { protocol } = new URL(url);
    const isSecure = protocol === 'https:';
    if (!isSecure && !(this.#allowPrivate && protocol === 'http:')) {
      return Promise.resolve({ kind: 'unanswered', why: 'refused' });
    }
    const signal = AbortSignal.timeout(timeoutMs);
    return new Promise((resolve) => {
      const request = (isSecure ? https : http).request(url, {
        method: 'POST',
        agent: isSecure ? this.#secure : this.#plain,
        headers: { 'user-agent': 'Bourse', ...headers, 'content-length': Buffer.byteLength(body) },
        signal,
      });
      request.on('response', (response) => {
        const { statusCode: status = 0, headers: answered } = response;
        resolve({ kind: 'answered', status, retryAfterMs: retryAfterMs(answered['retry-after']) });
        // With what of the answer is still to come.
        request.destroy();
      });
      request.on('error', (error) => {
        const refused = REFUSED.test(error.message);
        const why = refused ? 'refused' : signal.aborted ? 'timeout' : 'unreachable';
        resolve({ kind: 'unanswered', why });
      });
      // All that is heard of one who answers 101 and wants to speak another protocol.
      request.on('close', () => resolve({ kind: 'unanswered', why: 'unreachable' }));
      request.end(body);
    });
  }
}

/** In seconds, or not said in a way that is worth reading (RFC 9110, 10.2.3 has a date as well). */
function retryAfterMs(header: string | undefined): number | null {
  return header !== undefined && /^\d{1,9}$/.test(header) ? Number(header) * SECOND_MS : null;
}
