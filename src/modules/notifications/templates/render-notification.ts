import type { NotificationKind } from '../notification-kinds.js';
import { plainLine } from '../raising/plain-line.js';
import { english } from './english.js';
import { formatsOf, type Audience, type Formats } from './formats.js';
import { german } from './german.js';
import { html, join, type Html } from './html.js';
import { TEMPLATE_VARIABLES, type Variables } from './template-variables.js';
import type { Texts, Wording } from './texts.js';

/** The languages that there are texts in, the one that stands in for all others first. */
const LANGUAGES: readonly [Texts, ...Texts[]] = [english, german];

/** Where nobody says otherwise. */
export const DEFAULT_AUDIENCE: Audience = { locale: 'en-US', timeZone: 'America/New_York' };

const MAX_TITLE = 160;
const MAX_TEXT = 1_000;
const MAX_FIGURE = 160;
/** Two parts of a long text message; each is paid for. */
const MAX_SHORT = 300;

/** A notification for people. All but `html` are plain lines: not HTML, escape them there. */
export interface RenderedNotification {
  readonly title: string;
  readonly text: string;
  readonly figures: readonly (readonly [name: string, value: string])[];
  /** `text` and `figures` as the content of an element. */
  readonly html: Html;
  /** All that matters of it in one line, for where there is little room. */
  readonly short: string;
}

/** What a notification is made of, as it is stored. */
export interface StoredNotification {
  readonly kind: NotificationKind;
  readonly title: string;
  readonly body: string;
  readonly data: unknown;
}

/** The words for a reader of this locale, and how figures look to them. Without texts in their language: English. */
export function wordsFor(audience: Audience): { texts: Texts; formats: Formats } {
  const language = new Intl.Locale(audience.locale).language;
  const texts = LANGUAGES.find((known) => known.language === language);
  if (texts) return { texts, formats: formatsOf(audience) };
  const { locale } = DEFAULT_AUDIENCE;
  return { texts: LANGUAGES[0], formats: formatsOf({ ...audience, locale }) };
}

export function renderNotification<Kind extends NotificationKind>(
  kind: Kind,
  variables: Variables<Kind>,
  audience: Audience,
): RenderedNotification {
  const { texts, formats } = wordsFor(audience);
  return rendered(texts.templates[kind](variables, formats));
}

/** Anew from its variables; of what this version has no template for, as it was told before. */
export function renderStored(
  { kind, title, body, data }: StoredNotification,
  audience: Audience,
): RenderedNotification {
  const { success, data: variables } = TEMPLATE_VARIABLES[kind].safeParse(data);
  if (!success) return rendered({ title, text: body });
  // Parsed by the schema of this very kind, which the compiler cannot follow.
  return renderNotification(kind, variables as Variables<typeof kind>, audience);
}

function rendered({ title, text, figures = [] }: Wording): RenderedNotification {
  const line = plainLine(text, MAX_TEXT);
  const plain = figures.map(
    ([name, value]) => [plainLine(name, MAX_FIGURE), plainLine(value, MAX_FIGURE)] as const,
  );
  return {
    title: plainLine(title, MAX_TITLE),
    text: line,
    figures: plain,
    html: html`<p>${line}</p>
      ${plain.length === 0 ? html`` : table(plain)}`,
    short: plainLine(text, MAX_SHORT),
  };
}

const table = (figures: RenderedNotification['figures']): Html =>
  html`<table>
    ${join(
      figures.map(
        ([name, value]) =>
          html`<tr>
            <th scope="row" align="left">${name}</th>
            <td>${value}</td>
          </tr>`,
      ),
    )}
  </table>`;
