export { CacheTtlSettings, cacheTtlMsSchema } from './caches/cache-ttl-settings.js';
export {
  RateLimitSettings,
  rateLimitFiguresSchema,
  type RateLimitFigures,
} from './limits/rate-limit-settings.js';
export { Mailer, type Mail, type MailOutcome } from './email/mailer.js';
export type { MailFailure } from './email/smtp-failure.js';
export { PushConfigService, type VapidDetails } from './push/push-config.service.js';
export { phoneNumberSchema } from './sms/sms-config.dto.js';
export { SmsSender, type SmsOutcome } from './sms/sms-sender.js';
export type { SystemSettings } from './system-config.dto.js';
export { SettingsChanged } from './system-config.events.js';
export { SystemConfigHttpModule } from './system-config.http.module.js';
export { SystemConfigModule } from './system-config.module.js';
export { SystemConfigService } from './system-config.service.js';
