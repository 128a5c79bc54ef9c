import { Inject, Injectable, Logger } from '@nestjs/common';
import { createTransport } from 'nodemailer';
import { Clock } from '../../../kernel/clock.js';
import { newId } from '../../../kernel/ids.js';
import { isUnreadable } from '../../../kernel/secret-box.js';
import type { StoredEmailSettings } from './email-config.dto.js';
import { EmailConfigService } from './email-config.service.js';
import {
  NOT_CONFIGURED,
  PASSWORD_UNREADABLE,
  toMailFailure,
  type MailFailure,
} from './smtp-failure.js';

export interface Mail {
  /** Unset: a new one. The same mail sent again under its id can be recognised by whoever got it twice. */
  readonly id?: string;
  readonly to: { readonly name: string; readonly address: string };
  readonly subject: string;
  readonly text: string;
  readonly html?: string;
  /** Where a `POST` ends such mail (RFC 8058). */
  readonly unsubscribeUrl?: string | null;
}

export type MailOutcome =
  | { readonly kind: 'sent'; readonly messageId: string; readonly sentAt: Date }
  | { readonly kind: 'failed'; readonly failure: MailFailure };

/** Longer replies are no SMTP; a hostile server could fill the memory with them. */
const MAX_REPLY_BYTES = 65_536;

/** Sends mail through the SMTP server that an administrator has set. */
@Injectable()
export class Mailer {
  readonly #logger = new Logger(Mailer.name);

  constructor(
    private readonly config: EmailConfigService,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** Whether a mail server is set; from the cache. */
  async isConfigured(): Promise<boolean> {
    return (await this.config.find()) !== undefined;
  }

  /**
   * Hands one mail to the server. Never rejects for what the server or the settings do, and ends within the
   * `timeoutMs` of the settings. A time-out is not "not sent": the server may have taken the mail all the same.
   */
  async send(mail: Mail): Promise<MailOutcome> {
    try {
      const opened = await this.config.openForSending();
      if (opened === undefined) return { kind: 'failed', failure: NOT_CONFIGURED };
      return await this.#send(mail, opened.settings, opened.secret);
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      return { kind: 'failed', failure: PASSWORD_UNREADABLE };
    }
  }

  async #send(
    { id = newId(), to, subject, text, html, unsubscribeUrl = null }: Mail,
    settings: StoredEmailSettings,
    password: string | undefined,
  ): Promise<MailOutcome> {
    const { fromName, fromAddress, timeoutMs } = settings;
    const messageId = `<${id}@${fromAddress.slice(fromAddress.lastIndexOf('@') + 1)}>`;
    const transport = createTransport(transportOptions(settings, password));
    try {
      await transport.sendMail({
        messageId,
        from: { name: fromName, address: fromAddress },
        to: [{ ...to }],
        // Said apart from the headers: nothing in a name can become a recipient.
        envelope: { from: fromAddress, to: [to.address] },
        subject,
        text,
        ...(html !== undefined && { html }),
        headers: {
          'Auto-Submitted': 'auto-generated',
          ...(unsubscribeUrl !== null && {
            'List-Unsubscribe': `<${unsubscribeUrl}>`,
            'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
          }),
        },
        // The time-outs of the transport start anew with each reply: a server that drips must end as well.
        signal: AbortSignal.timeout(timeoutMs),
      });
      return { kind: 'sent', messageId, sentAt: new Date(this.clock.nowMs()) };
    } catch (error) {
      const failure = toMailFailure(error);
      // Without the error itself: its text is what the server said, which may repeat addresses and credentials.
      this.#logger.warn({
        message: 'mail not sent',
        mailId: id,
        code: failure.code,
        smtpStatus: failure.smtpStatus,
      });
      return { kind: 'failed', failure };
    } finally {
      transport.close();
    }
  }
}

function transportOptions(settings: StoredEmailSettings, password: string | undefined) {
  const { host, port, security, user, timeoutMs } = settings;
  return {
    host,
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    ...(user !== null && password !== undefined && { auth: { user, pass: password } }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    socketCloseTimeout: 0,
    maxResponseSize: MAX_REPLY_BYTES,
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}
