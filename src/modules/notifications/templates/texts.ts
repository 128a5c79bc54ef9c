import type { NotificationKind } from '../notification-kinds.js';
import type { Formats } from './formats.js';
import type { Variables } from './template-variables.js';

/** One notification in words. Variables hold other people's text: nothing here is markup, or safe as a line. */
export interface Wording {
  readonly title: string;
  readonly text: string;
  /** Shown in a table: what they are, and how many. */
  readonly figures?: readonly (readonly [name: string, value: string])[];
}

export type Templates = {
  readonly [Kind in NotificationKind]: (variables: Variables<Kind>, formats: Formats) => Wording;
};

/** Everything that is said in one language. A kind that has no words does not compile. */
export interface Texts {
  /** BCP 47, of the markup. */
  readonly language: string;
  readonly templates: Templates;
  readonly mail: {
    readonly greeting: (name: string) => string;
    /** Why somebody gets this mail. */
    readonly why: (siteName: string) => string;
    readonly help: (address: string) => string;
    readonly unsubscribe: Readonly<Record<UnsubscribeScope, Unsubscribing>>;
  };
  readonly phoneCode: (siteName: string, code: string, minutes: number) => string;
}

/** What a link ends: mail of its kind, or of all that may be ended. */
export type UnsubscribeScope = 'kind' | 'all';

interface Unsubscribing {
  readonly ask: string;
  readonly done: string;
}

/** A mail is no archive: the list in the application has the rest. */
const MAX_LISTED = 100;

/** The titles of a digest as rows, numbered. */
export function listed(titles: string): Wording['figures'] & object {
  const rows = titles.split('\n').map((title, index) => [String(index + 1), title] as const);
  return rows.length > MAX_LISTED ? [...rows.slice(0, MAX_LISTED), ['…', '…']] : rows;
}
