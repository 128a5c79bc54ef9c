import type { Tag } from '../local/tag-table.js';

/** How the value stands behind the head. */
export type Packing = 'nothing' | 'plain' | 'deflated' | 'sealed' | 'deflated sealed';

export interface StoredTimes {
  /** Readers get it up to here; by the clock of the writer, ms since 1970, as both. */
  readonly freshUntilMs: number;
  /** When its source was asked. */
  readonly writtenAtMs: number;
}

/** What an entry says of itself before its value. */
export interface EntryHead extends StoredTimes {
  readonly packing: Packing;
  /** Of the tags that it was written under, joined by a space; none of them holds a line feed. */
  readonly versions: string;
}

/** A moment in base 36: up to the year 5188, which no TTL needs to outlast. */
const MOMENT_DIGITS = 9;
const LAST_MOMENT_MS = 36 ** MOMENT_DIGITS - 1;
const WRITTEN_AT = MOMENT_DIGITS;
const PACKING_AT = 2 * MOMENT_DIGITS;
const VERSIONS_AT = PACKING_AT + 1;

const LETTERS: Readonly<Record<Packing, string>> = {
  nothing: 'n',
  plain: 'p',
  deflated: 'd',
  sealed: 's',
  'deflated sealed': 'b',
};
const PACKINGS = new Map(
  Object.entries(LETTERS).map(([name, letter]) => [letter, name as Packing]),
);

/**
 * `<freshUntilMs><writtenAtMs><packing><versions>\n`, then the value: read in place, so that a reader makes nothing but
 * the value. As a JSON array around it, head and value took 1.3 times as long as the value alone; so they take 1.05.
 */
export function headText({ freshUntilMs, writtenAtMs, packing, versions }: EntryHead): string {
  return `${momentText(freshUntilMs)}${momentText(writtenAtMs)}${LETTERS[packing]}${versions}\n`;
}

/** Whether it looks like one of ours. What else is said here of a text counts only where it does. */
export function isEntry(text: string): boolean {
  return (
    !Number.isNaN(freshUntilMsOf(text) + writtenAtMsOf(text)) &&
    PACKINGS.has(text.charAt(PACKING_AT)) &&
    text.includes('\n', VERSIONS_AT)
  );
}

export function freshUntilMsOf(text: string): number {
  return momentAt(text, 0);
}

export function writtenAtMsOf(text: string): number {
  return momentAt(text, WRITTEN_AT);
}

export function packingOf(text: string): Packing | undefined {
  return PACKINGS.get(text.charAt(PACKING_AT));
}

/** Where the value begins. */
export function valueStart(text: string): number {
  return text.indexOf('\n', VERSIONS_AT) + 1;
}

export function versionsOf(text: string): string {
  return text.slice(VERSIONS_AT, text.indexOf('\n', VERSIONS_AT));
}

/**
 * Whether it was written under the versions that `tags` have now; false where one of them is not known.
 *
 * The same as comparing {@link versionsOf} with them all joined, and makes no text for it.
 */
export function isUnder(text: string, tags: readonly Tag[]): boolean {
  let at = VERSIONS_AT;
  for (let i = 0; i < tags.length; i += 1) {
    const { version } = tags[i] as Tag;
    if (version === undefined || !text.startsWith(version, at)) return false;
    at += version.length;
    const isLast = i === tags.length - 1;
    if (text.charCodeAt(at) !== (isLast ? LINE_FEED : SPACE)) return false;
    at += 1;
  }
  return tags.length > 0 || text.charCodeAt(at) === LINE_FEED;
}

/** In ASCII: digits end before it, letters in lower case begin with it. */
const DIGITS_END = 58;
const LETTERS_START = 97;
const LINE_FEED = 10;
const SPACE = 32;

function momentText(ms: number): string {
  const bounded = Math.min(LAST_MOMENT_MS, Math.max(0, Math.trunc(ms)));
  return bounded.toString(36).padStart(MOMENT_DIGITS, '0');
}

function momentAt(text: string, from: number): number {
  let ms = 0;
  for (let i = from; i < from + MOMENT_DIGITS; i += 1) {
    const code = text.charCodeAt(i);
    const digit = code < DIGITS_END ? code - 48 : code < LETTERS_START ? NaN : code - 87;
    // Not so also where there is no character: its code is NaN.
    if (!(digit >= 0 && digit < 36)) return NaN;
    ms = ms * 36 + digit;
  }
  return ms;
}
