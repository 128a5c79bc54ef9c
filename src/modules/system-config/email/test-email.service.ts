import { Injectable } from '@nestjs/common';
import { AppError } from '../../../kernel/app-error.js';
import { SystemConfigService } from '../system-config.service.js';
import type { TestEmail } from './email-config.dto.js';
import { Mailer } from './mailer.js';
import type { MailFailure } from './smtp-failure.js';

/** Shows an administrator whether the mail settings work. */
@Injectable()
export class TestEmailService {
  constructor(
    private readonly mailer: Mailer,
    private readonly config: SystemConfigService,
  ) {}

  /** @throws AppError `system_config.email_…`: unprocessable for a wrong setting, unavailable for a server that is away. */
  async send(address: string): Promise<TestEmail> {
    const { siteName } = await this.config.system();
    const outcome = await this.mailer.send({
      to: { name: '', address },
      subject: `${siteName}: test of the mail settings`,
      text: `This mail was sent by ${siteName} to try its mail settings. They work.\n`,
    });
    if (outcome.kind === 'failed') throw toError(outcome.failure);
    return { messageId: outcome.messageId, sentAt: outcome.sentAt.toISOString() };
  }
}

function toError({ kind, code, reason, smtpStatus }: MailFailure): AppError {
  return new AppError(
    kind,
    code,
    reason,
    smtpStatus === undefined ? {} : { details: { smtpStatus } },
  );
}
