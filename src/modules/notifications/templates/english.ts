import { listed, type Texts } from './texts.js';

/** Codes of the trading module. */
const REJECT_REASONS: Readonly<Record<string, string>> = {
  'trading.insufficient_funds': 'the account did not have the cash for it any more',
  'trading.insufficient_position': 'the account did not hold the shares any more',
  'trading.unknown_symbol': 'the symbol cannot be traded any more',
};

const TRAINING_OUTCOMES = {
  finished: 'Training done',
  failed: 'Training failed',
  cancelled: 'Training cancelled',
} as const;

const counted = (count: string, what: string): string =>
  `${count} ${what}${count === '1' ? '' : 's'}`;

export const english: Texts = {
  language: 'en',
  templates: {
    'order-filled': ({ side, quantity, symbol, price }, { quantity: shares, usd }) => {
      const what = `${side === 'buy' ? 'Bought' : 'Sold'} ${shares(quantity)} ${symbol}`;
      return {
        title: what,
        text: `${what} at ${usd(price)} a share.`,
        figures: [
          ['Symbol', symbol],
          ['Shares', shares(quantity)],
          ['Price', usd(price)],
        ],
      };
    },
    'order-rejected': ({ side, quantity, symbol, rejectReason }, { quantity: shares }) => {
      const reason = REJECT_REASONS[rejectReason ?? ''] ?? rejectReason ?? 'no reason was given';
      const what = `${side} ${shares(quantity)} ${symbol}`;
      return {
        title: `Order rejected: ${what}`,
        text: `The order to ${what} was rejected: ${reason}.`,
      };
    },
    'signal-received': ({ side, symbol, strategy, confidence, validUntil }, formats) => {
      const until = formats.moment(new Date(validUntil));
      return {
        title: `Signal: ${side} ${symbol}`,
        text: `${strategy} says ${side} ${symbol}, ${formats.percent(confidence)} sure. It is valid until ${until}.`,
      };
    },
    'price-alert': ({ symbol, direction, price, firedPrice }, { usd }) => ({
      title: `${symbol} is at ${usd(firedPrice)}`,
      text: `The last trade of ${symbol} was at ${usd(firedPrice)}. You asked to be told at ${usd(price)} or ${direction}.`,
    }),
    'import-finished': (ended, { count }) => {
      const { fileName, imported, duplicates, failed, outcome } = ended;
      if (outcome === 'failed') {
        const why = ended.failureMessage ?? ended.failureCode ?? 'no reason was given';
        return {
          title: `Import failed: ${fileName} — ${why}`,
          text: `Nothing of ${fileName} is in the journal: ${why}`,
        };
      }
      const remarks = [
        ...(duplicates > 0 ? [`${count(duplicates)} there already`] : []),
        ...(failed > 0 ? [`${counted(count(failed), 'line')} could not be read`] : []),
      ];
      const remark = remarks.length > 0 ? ` (${remarks.join(', ')})` : '';
      const result = `${counted(count(imported), 'new trade')}${remark}`;
      return {
        title: `Import finished: ${result}`,
        text: `The import of ${fileName} has ended: ${result}.`,
        figures: [
          ['New trades', count(imported)],
          ['There already', count(duplicates)],
          ['Lines that could not be read', count(failed)],
        ],
      };
    },
    'training-finished': (ended, { percent, count }) => {
      const { outcome, modelName, version, accuracy, baselineAccuracy, failureReason } = ended;
      const title = `${TRAINING_OUTCOMES[outcome]}: ${modelName}`;
      if (failureReason !== null) return { title, text: failureReason };
      if (version === null || accuracy === null || baselineAccuracy === null) {
        return { title, text: 'The model is as it was.' };
      }
      const [right, same] = [percent(accuracy), percent(baselineAccuracy)];
      return {
        title,
        text: `Version ${count(version)} calls ${right} of the bars it was tested on, against ${same} by always saying the same.`,
        figures: [
          ['Version', count(version)],
          ['Right', right],
          ['By always saying the same', same],
        ],
      };
    },
    'alert-raised': ({ alertKind, message }) => ({
      title: `Alert: ${alertKind}`,
      text: message,
    }),
    'alert-resolved': ({ alertKind, message }) => ({
      title: `Resolved: ${alertKind}`,
      text: message,
    }),
    'password-changed': ({ changedAt, ip }, { moment }) => ({
      title: 'Your password was changed',
      text: `Your password was changed on ${moment(new Date(changedAt))} from ${ip}, and all other sessions were ended. If that was not you, ask for help at once.`,
    }),
    'new-device': ({ signedInAt, ip, client }, { moment }) => ({
      title: 'New sign-in to your account',
      text: `Somebody signed in to your account on ${moment(new Date(signedInAt))} from ${ip}, at a device that was not used before. If that was not you, end the session and change your password.`,
      figures: [
        ['Address', ip],
        ['Device', client === '' ? 'unknown' : client],
      ],
    }),
    digest: ({ count: several, titles }, { count }) => ({
      title: counted(count(several), 'message'),
      text: 'What happened since the last mail:',
      figures: listed(titles),
    }),
  },
  mail: {
    greeting: (name) => `Hello ${name},`,
    why: (siteName) =>
      `You get this mail because your notification settings at ${siteName} ask for it.`,
    help: (address) => `Questions? Write to ${address}.`,
    unsubscribe: {
      kind: { ask: 'No more mail of this kind', done: 'You get no more mail of this kind.' },
      all: {
        ask: 'No more mail of any kind',
        done: 'You get no more mail, except what guards your account.',
      },
    },
  },
  phoneCode: (siteName, code, minutes) =>
    `${siteName}: your code is ${code}. It holds for ${minutes} minutes.`,
};
