import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post } from '@nestjs/common';
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
  createdWebhookSchema,
  createWebhookSchema,
  updateWebhookSchema,
  webhookPageSchema,
  webhookSchema,
  type CreatedWebhook,
  type CreateWebhook,
  type UpdateWebhook,
  type WebhookView,
} from './webhook-endpoints.dto.js';
import { WebhookEndpointsService } from './webhook-endpoints.service.js';

@ApiTags('notifications')
@SignedIn()
@Controller('api/notifications/webhooks')
export class WebhookEndpointsController {
  constructor(private readonly webhooks: WebhookEndpointsService) {}

  @Post()
  @ApiOperation({
    summary: 'Have your news sent to an address of yours, signed (Standard Webhooks)',
  })
  @ApiCreatedResponse({ standardSchema: createdWebhookSchema })
  @ApiUnprocessableEntityResponse({
    description: 'notifications.too_many_webhooks, notifications.target_refused',
  })
  create(
    @CurrentPrincipal() { userId }: Principal,
    @Body({ schema: createWebhookSchema }) body: CreateWebhook,
  ): Promise<CreatedWebhook> {
    return this.webhooks.create(userId, body);
  }

  @Get()
  @ApiOperation({ summary: 'Where your news are sent, oldest first; without the secrets' })
  @ApiOkResponse({ standardSchema: webhookPageSchema })
  async list(@CurrentPrincipal() { userId }: Principal): Promise<Page<WebhookView>> {
    return onlyPage(await this.webhooks.list(userId));
  }

  @Patch(':id')
  @ApiOperation({ summary: 'Change the address, switch it off or on again; the secret stays' })
  @ApiOkResponse({ standardSchema: webhookSchema })
  @ApiNotFoundResponse({ description: 'notifications.webhook_not_found' })
  update(
    @CurrentPrincipal() { userId }: Principal,
    @Param('id') id: string,
    @Body({ schema: updateWebhookSchema }) body: UpdateWebhook,
  ): Promise<WebhookView> {
    return this.webhooks.update(userId, id, body);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Send nothing there any more' })
  @ApiNoContentResponse()
  @ApiNotFoundResponse({ description: 'notifications.webhook_not_found' })
  remove(@CurrentPrincipal() { userId }: Principal, @Param('id') id: string): Promise<void> {
    return this.webhooks.remove(userId, id);
  }
}
