import fc from 'fast-check';
import { renderNotification } from '../templates/render-notification.js';
import { renderNotificationEmail } from './notification-email.js';

const audience = { locale: 'en-US', timeZone: 'UTC' };
const context = {
  siteName: 'Corner Desk',
  supportEmail: 'help@example.com',
  recipientName: 'Ada',
  audience,
  unsubscribe: null,
};
const at = new Date('2026-01-02T03:04:05Z');
const fill = {
  tradeId: 't',
  orderId: 'o',
  symbol: 'AAPL',
  side: 'buy' as const,
  quantity: '10',
  price: '187.25',
};
const bought = renderNotification('order-filled', fill, audience);

describe('the mail of a notification', () => {
  it('says who writes, to whom, what happened and when, in text and in HTML', () => {
    const { subject, text, html } = renderNotificationEmail(context, bought, at);
    expect(subject).toBe('Corner Desk: Bought 10 AAPL');
    for (const part of [text, html]) {
      expect(part).toContain('Hello Ada,');
      expect(part).toContain('at $187.25 a share.');
      expect(part).toContain('UTC');
      expect(part).toContain('help@example.com');
    }
  });

  it('can be ended by a link, where there is one', () => {
    const url = 'https://bourse.example/unsubscribe?token="x"';
    const mailWith = (ends: 'kind' | 'all') =>
      renderNotificationEmail({ ...context, unsubscribe: { url, ends } }, bought, at);
    const { text, html } = mailWith('kind');
    expect(text).toContain(`No more mail of this kind: ${url}`);
    expect(mailWith('all').text).toContain(`No more mail of any kind: ${url}`);
    expect(html).toContain('<a href="https://bourse.example/unsubscribe?token=&quot;x&quot;">');
  });

  it('is in the language of its reader, greeting and reason as well', () => {
    const german = { locale: 'de-DE', timeZone: 'Europe/Berlin' };
    const news = renderNotification('order-filled', fill, german);
    const { text, html } = renderNotificationEmail({ ...context, audience: german }, news, at);
    expect(text).toContain('Guten Tag Ada,');
    expect(text).toContain('04:04 MEZ');
    expect(html).toContain('<html lang="de">');
    expect(html).toContain('weil Ihre Einstellungen bei Corner Desk');
  });

  it('names nobody to write to when nobody is set', () => {
    const { text } = renderNotificationEmail({ ...context, supportEmail: null }, bought, at);
    expect(text).not.toContain('Questions');
  });

  it('cannot be broken out of: one line of subject, the same lines of text, the same tags', () => {
    const tags = (html: string) => html.match(/<[^>]*>/g);
    const ours = renderNotificationEmail(context, bought, at);
    const hostile = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        'x\r\nBcc: everybody@example.com',
        '</h1><script>alert(1)</script>',
        'a\u2028b\u0085c\0d',
        '" onload="x',
      ),
    );
    fc.assert(
      fc.property(hostile, hostile, hostile, (recipientName, siteName, symbol) => {
        const mail = renderNotificationEmail(
          { ...context, recipientName, siteName },
          renderNotification('order-filled', { ...fill, symbol }, audience),
          at,
        );
        expect(mail.subject).not.toMatch(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u);
        expect(mail.subject.length).toBeLessThanOrEqual(200);
        expect(mail.text.split('\n')).toHaveLength(ours.text.split('\n').length);
        expect(tags(mail.html)).toEqual(tags(ours.html));
      }),
    );
  });
});
