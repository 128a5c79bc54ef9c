import type { Page } from '../../../kernel/page.js';
import { html, join, type Html } from '../email/html.js';
import type { ShownMessage } from './shown-messages.dto.js';

/**
 * `/admin/outbox`. Without a script. The text of a message is shown as text; its markup stands in a frame that
 * may run nothing, send nothing and knows nothing of this page.
 */
export function renderShownMessages({ items, nextCursor }: Page<ShownMessage>): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Outbox · Bourse</title>
        <style>
          :root {
            color-scheme: light dark;
            font:
              16px/1.5 system-ui,
              sans-serif;
          }
          body {
            margin: 0 auto;
            padding: 1rem;
            max-width: 60rem;
            background: Canvas;
            color: CanvasText;
          }
          article {
            border: 1px solid GrayText;
            border-radius: 0.375rem;
            padding: 0.5rem 1rem;
            margin: 1rem 0;
          }
          h2 {
            font-size: 1.1rem;
            margin: 0.25rem 0;
          }
          dl {
            display: grid;
            grid-template-columns: max-content 1fr;
            gap: 0 1rem;
            margin: 0.5rem 0;
          }
          dd {
            margin: 0;
            overflow-wrap: anywhere;
          }
          pre {
            white-space: pre-wrap;
            overflow-wrap: anywhere;
          }
          iframe {
            width: 100%;
            height: 20rem;
            border: 1px solid GrayText;
            background: #fff;
          }
        </style>
      </head>
      <body>
        <main>
          <h1>Outbox</h1>
          <p>
            What channels that are not set up would have sent, latest first. As JSON:
            <a href="/api/admin/messages">/api/admin/messages</a>.
          </p>
          ${items.length === 0 ? html`<p>There is nothing here.</p>` : join(items.map(article))}
          ${nextCursor === null ? html`` : html`<a href="?cursor=${nextCursor}">Older messages</a>`}
        </main>
      </body>
    </html> `.markup;
}

function article({
  id,
  channel,
  recipient,
  subject,
  text,
  html: markup,
  createdAt,
}: ShownMessage): Html {
  return html`<article aria-labelledby="m-${id}">
    <h2 id="m-${id}">${subject}</h2>
    <dl>
      <dt>Channel</dt>
      <dd>${channel}</dd>
      <dt>To</dt>
      <dd>${recipient}</dd>
      <dt>At</dt>
      <dd><time datetime="${createdAt}">${createdAt}</time></dd>
    </dl>
    <pre>${text}</pre>
    ${markup === null ? html`` : frame(subject, markup)}
  </article> `;
}

const frame = (subject: string, markup: string): Html =>
  html`<details>
    <summary>As HTML</summary>
    <iframe sandbox title="HTML of: ${subject}" srcdoc="${markup}"></iframe>
  </details>`;
