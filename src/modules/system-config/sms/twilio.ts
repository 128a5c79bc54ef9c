import { failureOfError, failureOfStatus, type SmsFailure } from './sms-failure.js';

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
 * One message by Twilio's HTTP API (`POST …/Messages.json`). Never rejects; ends within `timeoutMs`.
 * @returns why it was not taken; undefined when it was
 */
export async function postMessage(
  { baseUrl, accountSid, authToken, from }: TwilioAccount,
  { to, text }: TextMessage,
  timeoutMs: number,
): Promise<SmsFailure | undefined> {
  const credentials = Buffer.from(`${accountSid}:${authToken}`).toString('base64');
  const sender = from.startsWith('MG') && from.length > 11 ? 'MessagingServiceSid' : 'From';
  try {
    const response = await fetch(
      `${baseUrl.replace(/\/+$/, '')}/2010-04-01/Accounts/${accountSid}/Messages.json`,
      {
        method: 'POST',
        headers: { authorization: `Basic ${credentials}` },
        body: new URLSearchParams({ To: to, [sender]: from, Body: text }),
        // Elsewhere is somebody else: neither token nor message must go there.
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
      },
    );
    const { status } = response;
    // Its status says all that is asked for.
    await response.body?.cancel();
    return status >= 200 && status < 300 ? undefined : failureOfStatus(status);
  } catch (error) {
    return failureOfError(error);
  }
}
