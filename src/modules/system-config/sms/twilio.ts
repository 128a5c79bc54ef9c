import http from 'node:http';
import https from 'node:https';
import { failureOfSilence, failureOfStatus, type SmsFailure } from './sms-failure.js';

export interface TwilioAccount {
  /** `https://api.twilio.com` */
  readonly baseUrl: string;
  readonly accountSid: string;
  readonly authToken: string;
  readonly from: string;
}

export interface TextMessage {
  /** E.164 */
  readonly to: string;
  readonly text: string;
}

/**
 * One message by Twilio's HTTP API (`POST …/Messages.json`). Never rejects; ends within `timeoutMs`. Redirects are not followed:
 * neither token nor message must go to somebody else.
 * @returns why it was not taken; undefined when it was
 */
export function postMessage(
  { baseUrl, accountSid, authToken, from }: TwilioAccount,
  { to, text }: TextMessage,
  timeoutMs: number,
): Promise<SmsFailure | undefined> {
  const url = new URL(
    `${baseUrl.replace(/\/+$/, '')}/2010-04-01/Accounts/${accountSid}/Messages.json`,
  );
  const isSecure = url.protocol === 'https:';
  const credentials = Buffer.from(`${accountSid}:${authToken}`).toString('base64');
  const sender = from.startsWith('MG') && from.length > 11 ? 'MessagingServiceSid' : 'From';
  const body = new URLSearchParams({ To: to, [sender]: from, Body: text }).toString();
  return new Promise((resolve) => {
    // Not by `fetch`, which does not tell whether its time ran out before there was a connection or after.
    let wasConnected = false;
    const request = (isSecure ? https : http).request(url, {
      method: 'POST',
      // A connection of its own: one that was kept might break without a word of this message.
      agent: false,
      headers: {
        authorization: `Basic ${credentials}`,
        'content-type': 'application/x-www-form-urlencoded;charset=UTF-8',
        'content-length': Buffer.byteLength(body),
      },
      signal: AbortSignal.timeout(timeoutMs),
    });
    request.on('socket', (socket) => {
      socket.once(isSecure ? 'secureConnect' : 'connect', () => (wasConnected = true));
    });
    request.on('response', ({ statusCode: status = 0 }) => {
      resolve(status >= 200 && status < 300 ? undefined : failureOfStatus(status));
      // Its status says all that is asked for.
      request.destroy();
    });
    request.on('error', () => resolve(failureOfSilence(wasConnected)));
    // All that is heard of one who answers 101 and wants to speak another protocol.
    request.on('close', () => resolve(failureOfSilence(wasConnected)));
    request.end(body);
  });
}
