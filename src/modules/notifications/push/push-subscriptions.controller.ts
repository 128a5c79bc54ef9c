import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiUnprocessableEntityResponse,
} from '@nestjs/swagger';
import { CurrentPrincipal, SignedIn } from '../../../http/index.js';
import { onlyPage, type Page } from '../../../kernel/page.js';
import type { Principal } from '../../../kernel/principal.js';
import {
  pushKeySchema,
  pushSubscriptionPageSchema,
  pushSubscriptionSchema,
  subscribeSchema,
  type PushKey,
  type PushSubscriptionView,
  type Subscribe,
} from './push-subscriptions.dto.js';
import { PushSubscriptionsService } from './push-subscriptions.service.js';

@ApiTags('notifications')
@SignedIn()
@Controller('api/notifications/push')
export class PushSubscriptionsController {
  constructor(private readonly subscriptions: PushSubscriptionsService) {}

  @Get('key')
  @ApiOperation({ summary: 'The key that a browser subscribes with' })
  @ApiOkResponse({ standardSchema: pushKeySchema })
  @ApiNotFoundResponse({ description: 'notifications.push_not_configured' })
  key(): Promise<PushKey> {
    return this.subscriptions.key();
  }

  @Post('subscriptions')
  @ApiOperation({ summary: 'Have your news pushed to a browser' })
  @ApiCreatedResponse({ standardSchema: pushSubscriptionSchema })
  @ApiUnprocessableEntityResponse({ description: 'notifications.target_refused' })
  subscribe(
    @CurrentPrincipal() { userId }: Principal,
    @Body({ schema: subscribeSchema }) body: Subscribe,
  ): Promise<PushSubscriptionView> {
    return this.subscriptions.subscribe(userId, body);
  }

  @Get('subscriptions')
  @ApiOperation({ summary: 'The browsers that your news are pushed to, oldest first' })
  @ApiOkResponse({ standardSchema: pushSubscriptionPageSchema })
  async list(@CurrentPrincipal() { userId }: Principal): Promise<Page<PushSubscriptionView>> {
    return onlyPage(await this.subscriptions.list(userId));
  }

  @Delete('subscriptions/:id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Push nothing there any more' })
  @ApiNoContentResponse()
  @ApiNotFoundResponse({ description: 'notifications.subscription_not_found' })
  remove(@CurrentPrincipal() { userId }: Principal, @Param('id') id: string): Promise<void> {
    return this.subscriptions.remove(userId, id);
  }
}
