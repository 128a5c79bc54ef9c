import { Controller, Get, Header, HttpCode, Post, Query } from '@nestjs/common';
import { ApiBadRequestResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Public, RateLimit } from '../../../http/index.js';
import { UserSettingsService } from '../../users/index.js';
import { PreferencesService } from '../preferences/preferences.service.js';
import { wordsFor } from '../templates/render-notification.js';
import { html, type Html } from '../templates/html.js';
import type { Texts } from '../templates/texts.js';
import { scopeOf, UnsubscribeLinks } from './unsubscribe-links.js';

const querySchema = z.object({ token: z.string().min(1).max(1_000) });
type UnsubscribeQuery = z.output<typeof querySchema>;

/** For who reads mail, wherever that is: by its link, and by the button of the mail program (RFC 8058). */
@ApiTags('notifications')
@Public()
@RateLimit('notifications.unsubscribe')
@Controller('api/notifications/unsubscribe')
export class UnsubscribeController {
  constructor(
    private readonly links: UnsubscribeLinks,
    private readonly preferences: PreferencesService,
    private readonly settings: UserSettingsService,
  ) {}

  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('cache-control', 'no-store')
  @Header('referrer-policy', 'no-referrer')
  @ApiOperation({
    summary: 'A page that asks whether to end mail of a kind; it changes nothing',
    description: 'Programs open links of mails to look at them: only `POST` unsubscribes.',
  })
  @ApiOkResponse({ description: 'HTML' })
  @ApiBadRequestResponse({ description: 'notifications.bad_unsubscribe_link' })
  async ask(@Query({ schema: querySchema }) { token }: UnsubscribeQuery): Promise<string> {
    const unsubscription = this.links.read(token);
    const { texts } = wordsFor(await this.settings.get(unsubscription.userId));
    const { ask } = texts.mail.unsubscribe[scopeOf(unsubscription)];
    return page(texts, ask, html`<form method="post"><button>${ask}</button></form>`);
  }

  @Post()
  @HttpCode(200)
  @Header('content-type', 'text/html; charset=utf-8')
  @ApiOperation({ summary: 'End mail of the kind that the link is of' })
  @ApiOkResponse({ description: 'HTML' })
  @ApiBadRequestResponse({ description: 'notifications.bad_unsubscribe_link' })
  async unsubscribe(@Query({ schema: querySchema }) { token }: UnsubscribeQuery): Promise<string> {
    const unsubscription = this.links.read(token);
    const { userId, kind } = unsubscription;
    await this.preferences.switchMailOff(userId, kind);
    const { texts } = wordsFor(await this.settings.get(userId));
    const { ask, done } = texts.mail.unsubscribe[scopeOf(unsubscription)];
    return page(texts, ask, html`<p>${done}</p>`);
  }
}

function page({ language }: Texts, title: string, content: Html): string {
  return html`<!doctype html>
    <html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
      </head>
      <body>
        <main>${content}</main>
      </body>
    </html> `.markup;
}
