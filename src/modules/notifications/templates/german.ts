import { listed, type Texts } from './texts.js';

/** Codes of the trading module. */
const REJECT_REASONS: Readonly<Record<string, string>> = {
  'trading.insufficient_funds': 'auf dem Konto war nicht mehr genug Geld',
  'trading.insufficient_position': 'auf dem Konto waren die Aktien nicht mehr',
  'trading.unknown_symbol': 'das Symbol wird nicht mehr gehandelt',
};

const TRAINING_OUTCOMES = {
  finished: 'Training fertig',
  failed: 'Training gescheitert',
  cancelled: 'Training abgebrochen',
} as const;

const NO_REASON = 'ohne Angabe eines Grundes';

export const german: Texts = {
  language: 'de',
  templates: {
    'order-filled': ({ side, quantity, symbol, price }, { quantity: shares, usd }) => {
      const what = `${shares(quantity)} ${symbol} ${side === 'buy' ? 'gekauft' : 'verkauft'}`;
      return {
        title: what,
        text: `${what}, zu ${usd(price)} je Aktie.`,
        figures: [
          ['Symbol', symbol],
          ['Stück', shares(quantity)],
          ['Kurs', usd(price)],
        ],
      };
    },
    'order-rejected': ({ side, quantity, symbol, rejectReason }, { quantity: shares }) => {
      const reason = REJECT_REASONS[rejectReason ?? ''] ?? rejectReason ?? NO_REASON;
      const what = `${side === 'buy' ? 'Kauf' : 'Verkauf'} von ${shares(quantity)} ${symbol}`;
      return {
        title: `Auftrag abgelehnt: ${what}`,
        text: `Der Auftrag zum ${what} wurde abgelehnt: ${reason}.`,
      };
    },
    'signal-received': ({ side, symbol, strategy, confidence, validUntil }, formats) => {
      const what = `${symbol} ${side === 'buy' ? 'kaufen' : 'verkaufen'}`;
      const until = formats.moment(new Date(validUntil));
      return {
        title: `Signal: ${what}`,
        text: `${strategy} sagt: ${what}, zu ${formats.percent(confidence)} sicher. Es gilt bis ${until}.`,
      };
    },
    'price-alert': ({ symbol, direction, price, firedPrice }, { usd }) => ({
      title: `${symbol} steht bei ${usd(firedPrice)}`,
      text: `${symbol} wurde zuletzt zu ${usd(firedPrice)} gehandelt. Sie wollten es bei ${usd(price)} oder ${direction === 'above' ? 'darüber' : 'darunter'} wissen.`,
    }),
    'import-finished': (ended, { count }) => {
      const { fileName, imported, duplicates, failed, outcome } = ended;
      if (outcome === 'failed') {
        const why = ended.failureMessage ?? ended.failureCode ?? NO_REASON;
        return {
          title: `Import gescheitert: ${fileName} — ${why}`,
          text: `Nichts aus ${fileName} steht im Journal: ${why}`,
        };
      }
      const remarks = [
        ...(duplicates > 0 ? [`${count(duplicates)} schon vorhanden`] : []),
        ...(failed > 0 ? [`${count(failed)} unlesbare ${failed === 1 ? 'Zeile' : 'Zeilen'}`] : []),
      ];
      const remark = remarks.length > 0 ? ` (${remarks.join(', ')})` : '';
      const result = `${count(imported)} ${imported === 1 ? 'neuer Trade' : 'neue Trades'}${remark}`;
      return {
        title: `Import fertig: ${result}`,
        text: `Der Import von ${fileName} ist beendet: ${result}.`,
        figures: [
          ['Neue Trades', count(imported)],
          ['Schon vorhanden', count(duplicates)],
          ['Unlesbare Zeilen', count(failed)],
        ],
      };
    },
    'training-finished': (ended, { percent, count }) => {
      const { outcome, modelName, version, accuracy, baselineAccuracy, failureReason } = ended;
      const title = `${TRAINING_OUTCOMES[outcome]}: ${modelName}`;
      if (failureReason !== null) return { title, text: failureReason };
      if (version === null || accuracy === null || baselineAccuracy === null) {
        return { title, text: 'Das Modell ist, wie es war.' };
      }
      const [right, same] = [percent(accuracy), percent(baselineAccuracy)];
      return {
        title,
        text: `Version ${count(version)} trifft ${right} der geprüften Kerzen; wer immer dasselbe sagt, trifft ${same}.`,
        figures: [
          ['Version', count(version)],
          ['Treffer', right],
          ['Immer dasselbe', same],
        ],
      };
    },
    'alert-raised': ({ alertKind, message }) => ({
      title: `Alarm: ${alertKind}`,
      text: message,
    }),
    'alert-resolved': ({ alertKind, message }) => ({
      title: `Behoben: ${alertKind}`,
      text: message,
    }),
    'password-changed': ({ changedAt, ip }, { moment }) => ({
      title: 'Ihr Passwort wurde geändert',
      text: `Ihr Passwort wurde am ${moment(new Date(changedAt))} von ${ip} aus geändert, und alle anderen Sitzungen wurden beendet. Waren Sie das nicht, holen Sie sofort Hilfe.`,
    }),
    'new-device': ({ signedInAt, ip, client }, { moment }) => ({
      title: 'Neue Anmeldung an Ihrem Konto',
      text: `Am ${moment(new Date(signedInAt))} hat sich jemand von ${ip} aus an Ihrem Konto angemeldet, mit einem Gerät, das bisher nicht benutzt wurde. Waren Sie das nicht, beenden Sie die Sitzung und ändern Sie Ihr Passwort.`,
      figures: [
        ['Adresse', ip],
        ['Gerät', client === '' ? 'unbekannt' : client],
      ],
    }),
    digest: ({ count: several, titles }, { count }) => ({
      title: several === 1 ? '1 Nachricht' : `${count(several)} Nachrichten`,
      text: 'Was seit der letzten E-Mail geschah:',
      figures: listed(titles),
    }),
  },
  mail: {
    greeting: (name) => `Guten Tag ${name},`,
    why: (siteName) =>
      `Sie erhalten diese E-Mail, weil Ihre Einstellungen bei ${siteName} es so vorsehen.`,
    help: (address) => `Fragen? Schreiben Sie an ${address}.`,
    unsubscribe: {
      kind: {
        ask: 'Keine E-Mails dieser Art mehr',
        done: 'Sie erhalten keine E-Mails dieser Art mehr.',
      },
      all: {
        ask: 'Keine E-Mails mehr, gleich welcher Art',
        done: 'Sie erhalten keine E-Mails mehr, außer zum Schutz Ihres Kontos.',
      },
    },
  },
  phoneCode: (siteName, code, minutes) =>
    `${siteName}: Ihr Code ist ${code}. Er gilt ${minutes} Minuten.`,
};
