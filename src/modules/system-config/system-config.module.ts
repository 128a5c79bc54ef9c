import { Module } from '@nestjs/common';
import { SettingsJournal } from './settings-journal.js';
import { SettingsRepository } from './settings.repository.js';
import { SystemConfigService } from './system-config.service.js';

@Module({
  providers: [SettingsRepository, SettingsJournal, SystemConfigService],
  exports: [SystemConfigService],
})
export class SystemConfigModule {}
