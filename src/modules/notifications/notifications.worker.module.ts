import { Module } from '@nestjs/common';
import { NotificationsProcessor } from './delivery/notifications.processor.js';
import { NotificationsModule } from './notifications.module.js';

@Module({ imports: [NotificationsModule], providers: [NotificationsProcessor] })
export class NotificationsWorkerModule {}
