import fc from 'fast-check';
import { NOTIFICATION_KINDS, type NotificationKind } from '../notification-kinds.js';
import { renderNotification, renderStored, wordsFor } from './render-notification.js';
import { TEMPLATE_VARIABLES, type Variables } from './template-variables.js';

const AMERICAN = { locale: 'en-US', timeZone: 'America/New_York' };
const GERMAN = { locale: 'de-DE', timeZone: 'Europe/Berlin' };
const FILL = {
  tradeId: 't',
  orderId: 'o',
  symbol: 'AAPL',
  side: 'buy' as const,
  quantity: '1234.5',
  price: '187.123456',
};
const IMPORT = {
  importId: 'i',
  fileName: 'a.csv',
  outcome: 'done' as const,
  imported: 12,
  duplicates: 3,
  failed: 1,
  failureCode: null,
  failureMessage: null,
};
const PRICE_ALERT = {
  alertId: 'a',
  symbol: 'AAPL',
  direction: 'above' as const,
  price: '1200',
  firedPrice: '1200.5',
  firedAt: '2026-01-02T03:04:05.000Z',
};
const anything: {
  readonly [Kind in NotificationKind]: (text: string) => Variables<Kind>;
} = {
  'order-filled': (text) => ({ ...FILL, symbol: text }),
  'order-rejected': (text) => ({ ...FILL, symbol: text, rejectReason: text }),
  'signal-received': (text) => ({
    signalId: 's',
    symbol: 'AAPL',
    side: 'buy',
    strategy: text,
    confidence: 0.5,
    validUntil: '2026-01-02T03:04:05.000Z',
  }),
  'price-alert': (text) => ({ ...PRICE_ALERT, symbol: text }),
  'import-finished': (text) => ({
    ...IMPORT,
    outcome: 'failed',
    fileName: text,
    failureMessage: text,
  }),
  'training-finished': (text) => ({
    modelId: 'm',
    trainingId: 't',
    modelName: text,
    outcome: 'failed',
    version: null,
    accuracy: null,
    baselineAccuracy: null,
    failureReason: text,
  }),
  'alert-raised': (text) => alert(text),
  'alert-resolved': (text) => alert(text),
  'password-changed': (text) => ({ changedAt: '2026-01-02T03:04:05.000Z', ip: text }),
  'new-device': (text) => ({
    sessionId: 's',
    signedInAt: '2026-01-02T03:04:05.000Z',
    ip: text,
    client: text,
  }),
  digest: (text) => ({ count: 2, titles: `${text}\n${text}` }),
};
const alert = (text: string) => ({
  alertId: 'a',
  alertKind: text,
  message: text,
  value: 1.5,
  threshold: null,
  raisedAt: '2026-01-02T03:04:05.000Z',
});

/** A narrow space or none at all: which one is the business of the locale. */
const spaced = (text: string) => text.replaceAll(/\s/g, ' ');

describe('a notification in words', () => {
  it('is in the language and the figures of its reader', () => {
    const english = renderNotification('order-filled', FILL, AMERICAN);
    expect(english.title).toBe('Bought 1,234.5 AAPL');
    expect(english.text).toBe('Bought 1,234.5 AAPL at $187.123456 a share.');
    const german = renderNotification('order-filled', FILL, GERMAN);
    expect(german.title).toBe('1.234,5 AAPL gekauft');
    expect(spaced(german.text)).toBe('1.234,5 AAPL gekauft, zu 187,123456 $ je Aktie.');
    expect(german.html.markup).toContain('>Kurs</th>');
  });

  it('is in English, figures and all, for who reads what there are no texts for', () => {
    const french = { locale: 'fr-CA', timeZone: 'America/Toronto' };
    expect(renderNotification('order-filled', FILL, french).title).toBe('Bought 1,234.5 AAPL');
    const austrian = { locale: 'de-AT', timeZone: 'Europe/Vienna' };
    expect(renderNotification('order-filled', FILL, austrian).title).toContain('gekauft');
  });

  it('shows money as it is, however many digits it has', () => {
    const price = '123456789012345678.12';
    const { text } = renderNotification('order-filled', { ...FILL, price }, AMERICAN);
    expect(text).toContain('$123,456,789,012,345,678.12');
  });

  it('tells moments in the time zone of its reader, summer and winter', () => {
    const moments = ['2026-01-15T12:00:00Z', '2026-07-15T12:00:00Z'].map((at) =>
      [AMERICAN, GERMAN].map((reader) => spaced(wordsFor(reader).formats.moment(new Date(at)))),
    );
    expect(moments).toEqual([
      ['Jan 15, 2026, 7:00 AM EST', '15. Jan. 2026, 13:00 MEZ'],
      ['Jul 15, 2026, 8:00 AM EDT', '15. Juli 2026, 14:00 MESZ'],
    ]);
  });

  it('counts one as one', () => {
    const titles = [1, 12].map(
      (imported) =>
        renderNotification('import-finished', { ...IMPORT, imported, duplicates: 0 }, AMERICAN)
          .title,
    );
    expect(titles).toEqual([
      'Import finished: 1 new trade (1 line could not be read)',
      'Import finished: 12 new trades (1 line could not be read)',
    ]);
  });

  it('tells which price was reached, and which one was asked for', () => {
    const below = { ...PRICE_ALERT, direction: 'below' as const };
    expect(renderNotification('price-alert', PRICE_ALERT, AMERICAN)).toMatchObject({
      title: 'AAPL is at $1,200.50',
      text: 'The last trade of AAPL was at $1,200.50. You asked to be told at $1,200.00 or above.',
    });
    expect(renderNotification('price-alert', below, AMERICAN).text).toContain('or below.');
    const german = [PRICE_ALERT, below].map((alert) =>
      spaced(renderNotification('price-alert', alert, GERMAN).text),
    );
    expect(german).toEqual([
      'AAPL wurde zuletzt zu 1.200,50 $ gehandelt. Sie wollten es bei 1.200,00 $ oder darüber wissen.',
      'AAPL wurde zuletzt zu 1.200,50 $ gehandelt. Sie wollten es bei 1.200,00 $ oder darunter wissen.',
    ]);
  });

  it('of a release before keeps the words it was told in, where its variables say too little', () => {
    const stored = { kind: 'order-filled' as const, title: 'As it was', body: 'Told.', data: {} };
    expect(renderStored(stored, GERMAN)).toMatchObject({ title: 'As it was', text: 'Told.' });
    const whole = { ...stored, data: FILL };
    expect(renderStored(whole, GERMAN).title).toBe('1.234,5 AAPL gekauft');
  });

  it.each(NOTIFICATION_KINDS)(
    '%s has words in every language, and is a safe line whatever it is about',
    (kind) => {
      const hostile = fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('</h1><script>x</script>', 'a\r\nBcc: b@example.com', '\u202eabc\u2028'),
      );
      for (const reader of [AMERICAN, GERMAN]) {
        fc.assert(
          fc.property(hostile, (text) => {
            const variables = TEMPLATE_VARIABLES[kind].parse(anything[kind](text));
            const stored = { kind, title: '', body: '', data: variables };
            const { title, text: body, short, html } = renderStored(stored, reader);
            for (const line of [title, body, short]) {
              expect(line).not.toMatch(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]|undefined/u);
            }
            expect(title.length).toBeLessThanOrEqual(160);
            expect(title.length).toBeGreaterThan(0);
            expect(html.markup).not.toMatch(/<(?!\/?(p|table|tr|th|td)\b)/);
          }),
          { numRuns: 50 },
        );
      }
    },
  );
});
