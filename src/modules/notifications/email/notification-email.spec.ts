import fc from 'fast-check';
import { renderNotificationEmail } from './notification-email.js';

const context = { siteName: 'Corner Desk', supportEmail: 'help@example.com', recipientName: 'Ada' };
const content = {
  title: 'Bought 10 AAPL',
  body: 'Bought 10 AAPL at 187.25 USD a share.',
  createdAt: new Date('2026-01-02T03:04:05Z'),
};

describe('the mail of a notification', () => {
  it('says who writes, to whom, what happened and when, in text and in HTML', () => {
    const { subject, text, html } = renderNotificationEmail(context, content);
    expect(subject).toBe('Corner Desk: Bought 10 AAPL');
    for (const part of [text, html]) {
      expect(part).toContain('Hello Ada,');
      expect(part).toContain('at 187.25 USD a share.');
      expect(part).toContain('2026-01-02 03:04 UTC');
      expect(part).toContain('help@example.com');
    }
  });

  it('names nobody to write to when nobody is set', () => {
    const { text } = renderNotificationEmail({ ...context, supportEmail: null }, content);
    expect(text).not.toContain('Questions');
  });

  it('cannot be broken out of: one line of subject, the same lines of text, the same tags', () => {
    const tags = (html: string) => html.match(/<[^>]*>/g);
    const ours = renderNotificationEmail(context, content);
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
      fc.property(hostile, hostile, hostile, hostile, (recipientName, siteName, title, body) => {
        const mail = renderNotificationEmail(
          { ...context, recipientName, siteName },
          { ...content, title, body },
        );
        expect(mail.subject).not.toMatch(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u);
        expect(mail.subject.length).toBeLessThanOrEqual(200);
        expect(mail.text.split('\n')).toHaveLength(ours.text.split('\n').length);
        expect(tags(mail.html)).toEqual(tags(ours.html));
      }),
    );
  });
});
