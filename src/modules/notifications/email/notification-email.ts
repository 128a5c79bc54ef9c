import { plainLine } from '../raising/plain-line.js';
import { html } from './html.js';

/** Who writes to whom. */
export interface EmailContext {
  readonly siteName: string;
  readonly supportEmail: string | null;
  readonly recipientName: string;
}

export interface EmailContent {
  readonly title: string;
  readonly body: string;
  readonly createdAt: Date;
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
  context: EmailContext,
  { title, body, createdAt }: EmailContent,
): RenderedEmail {
  const siteName = line(context.siteName);
  const greeting = `Hello ${line(context.recipientName)},`;
  const time = `${createdAt.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const why = `You get this mail because your notification settings at ${siteName} ask for it.`;
  const help =
    context.supportEmail === null ? '' : `Questions? Write to ${line(context.supportEmail)}.`;
  const paragraphs = [line(title), line(body)];
  return {
    subject: plainLine(`${siteName}: ${title}`, MAX_SUBJECT),
    text: [greeting, ...paragraphs, time, `-- \n${[why, help].filter(Boolean).join('\n')}`]
      .join('\n\n')
      .concat('\n'),
    html: html`<!doctype html>
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <title>${line(title)}</title>
        </head>
        <body>
          <p>${greeting}</p>
          <h1>${line(title)}</h1>
          <p>${line(body)}</p>
          <p>${time}</p>
          <hr />
          <p>${why} ${help}</p>
        </body>
      </html> `.markup,
  };
}

const line = (text: string) => plainLine(text, MAX_LINE);
