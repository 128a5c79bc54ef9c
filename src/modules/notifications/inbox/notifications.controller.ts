import { Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, SignedIn } from '../../../http/index.js';
import type { Principal } from '../../../kernel/principal.js';
import {
  listNotificationsSchema,
  notificationPageSchema,
  notificationSchema,
  readAllSchema,
  type ListNotifications,
  type Notification,
  type NotificationPage,
  type ReadAll,
} from './notifications.dto.js';
import { NotificationsService } from './notifications.service.js';

@ApiTags('notifications')
@SignedIn({ apiKeys: true })
@Controller('api/notifications')
export class NotificationsController {
  constructor(private readonly notifications: NotificationsService) {}

  @Get()
  @ApiOperation({ summary: 'What you were told, newest first, and how much of it is unread' })
  @ApiOkResponse({ standardSchema: notificationPageSchema })
  list(
    @CurrentPrincipal() { userId }: Principal,
    @Query({ schema: listNotificationsSchema }) query: ListNotifications,
  ): Promise<NotificationPage> {
    return this.notifications.list(userId, query);
  }

  @Post('read-all')
  @HttpCode(200)
  @ApiOperation({ summary: 'Mark all as read' })
  @ApiOkResponse({ standardSchema: readAllSchema })
  readAll(@CurrentPrincipal() { userId }: Principal): Promise<ReadAll> {
    return this.notifications.readAll(userId);
  }

  @Post(':id/read')
  @HttpCode(200)
  @ApiOperation({ summary: 'Mark one as read; the time of the first reading stays' })
  @ApiOkResponse({ standardSchema: notificationSchema })
  @ApiNotFoundResponse({ description: 'notifications.not_found' })
  markRead(
    @CurrentPrincipal() { userId }: Principal,
    @Param('id') id: string,
  ): Promise<Notification> {
    return this.notifications.markRead(userId, id);
  }

  @Delete(':id/read')
  @ApiOperation({ summary: 'Mark one as unread' })
  @ApiOkResponse({ standardSchema: notificationSchema })
  @ApiNotFoundResponse({ description: 'notifications.not_found' })
  markUnread(
    @CurrentPrincipal() { userId }: Principal,
    @Param('id') id: string,
  ): Promise<Notification> {
    return this.notifications.markUnread(userId, id);
  }
}
