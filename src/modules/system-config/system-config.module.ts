import { Module } from '@nestjs/common';
import { CacheTtlSettings } from './caches/cache-ttl-settings.js';
import { EmailConfigService } from './email/email-config.service.js';
import { Mailer } from './email/mailer.js';
import { TestEmailService } from './email/test-email.service.js';
import { PushConfigService } from './push/push-config.service.js';
import { RateLimitSettings } from './limits/rate-limit-settings.js';
import { SmsConfigService } from './sms/sms-config.service.js';
import { SmsSender } from './sms/sms-sender.js';
import { SettingsJournal } from './settings-journal.js';
import { SettingsRepository } from './settings.repository.js';
import { SystemConfigService } from './system-config.service.js';

@Module({
  providers: [
    SettingsRepository,
    SettingsJournal,
    SystemConfigService,
    CacheTtlSettings,
    RateLimitSettings,
    EmailConfigService,
    Mailer,
    TestEmailService,
    SmsConfigService,
    SmsSender,
    PushConfigService,
  ],
  exports: [
    SystemConfigService,
    CacheTtlSettings,
    RateLimitSettings,
    EmailConfigService,
    Mailer,
    TestEmailService,
    SmsConfigService,
    SmsSender,
    PushConfigService,
  ],
})
export class SystemConfigModule {}
