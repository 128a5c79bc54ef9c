import { plainLine } from '../raising/plain-line.js';
import type { Audience } from '../templates/formats.js';
import { html, join } from '../templates/html.js';
import type { UnsubscribeLink } from '../unsubscribe/unsubscribe-links.js';
import { wordsFor, type RenderedNotification } from '../templates/render-notification.js';

/** Who writes to whom. */
export interface EmailContext {
  readonly siteName: string;
  readonly supportEmail: string | null;
  readonly recipientName: string;
  readonly audience: Audience;
  /** null: this mail cannot be ended by a link. */
  readonly unsubscribe: UnsubscribeLink | null;
}

export interface RenderedEmail {
  /** One line. */
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

const MAX_LINE = 1_000;
const MAX_SUBJECT = 200;

/** A notification as a mail. Whatever the texts hold, the subject is one line and the markup is ours alone. */
export function renderNotificationEmail(
  { siteName: site, supportEmail, recipientName, audience, unsubscribe }: EmailContext,
  { title, text, figures, html: content }: RenderedNotification,
  createdAt: Date,
): RenderedEmail {
  const { texts, formats } = wordsFor(audience);
  const siteName = line(site);
  const greeting = texts.mail.greeting(line(recipientName));
  const time = formats.moment(createdAt);
  const footer = [
    texts.mail.why(siteName),
    ...(supportEmail === null ? [] : [texts.mail.help(line(supportEmail))]),
  ];
  const ask = unsubscribe === null ? '' : texts.mail.unsubscribe[unsubscribe.ends].ask;
  const link = unsubscribe === null ? [] : [`${ask}: ${unsubscribe.url}`];
  const table = figures.map(([name, value]) => `${name}: ${value}`).join('\n');
  return {
    subject: plainLine(`${siteName}: ${title}`, MAX_SUBJECT),
    text: [
      greeting,
      title,
      text,
      ...(table === '' ? [] : [table]),
      time,
      `-- \n${[...footer, ...link].join('\n')}`,
    ]
      .join('\n\n')
      .concat('\n'),
    html: html`<!doctype html>
      <html lang="${texts.language}">
        <head>
          <meta charset="utf-8" />
          <title>${title}</title>
        </head>
        <body>
          <p>${greeting}</p>
          <h1>${title}</h1>
          ${content}
          <p>${time}</p>
          <hr />
          ${join(footer.map((part) => html`<p>${part}</p>`))}
          ${unsubscribe === null ? html`` : html`<p><a href="${unsubscribe.url}">${ask}</a></p>`}
        </body>
      </html> `.markup,
  };
}

const line = (text: string) => plainLine(text, MAX_LINE);
