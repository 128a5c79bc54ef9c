import { createHash } from 'node:crypto';

/** A text of this form needs no hash to stand in a key: nothing in it means anything to Redis. */
const PLAIN = /^[\w.-]+$/;
const MAX_PLAIN_LENGTH = 80;
/** Of what a client sends nothing is nested deeper; it keeps a recursion from running over. */
const MAX_DEPTH = 16;

type Values = Readonly<Record<string, unknown>>;

/**
 * Names groups of values in a key: the same for the same values however they were ordered, another for others, and
 * short. Readable where it can be (`AAPL?period=annual`), else a hash.
 * @returns undefined for what has no such name: values that are neither JSON nor dates.
 */
export function keyTextOf(groups: readonly Values[]): string | undefined {
  if (groups.every(isPlain)) {
    const plain = groups.map(plainText).join('?');
    if (plain.length <= MAX_PLAIN_LENGTH) return plain;
  }
  const text = canonicalText(groups);
  return text && `~${createHash('sha256').update(text).digest('base64url')}`;
}

function isPlain(group: Values): boolean {
  return entriesOf(group).every(
    ([name, value]) => PLAIN.test(name) && typeof value === 'string' && PLAIN.test(value),
  );
}

function plainText(group: Values): string {
  return entriesOf(group)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join('&');
}

/** What is undefined is as good as left out. */
function entriesOf(values: Values): [string, unknown][] {
  return Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1));
}

/**
 * The same text for equal values and no others; each kind of value has a form of its own.
 * @returns undefined for what cannot be told apart so: functions, maps, sets, what goes in circles.
 */
export function canonicalText(value: unknown, depth = 0): string | undefined {
  if (depth > MAX_DEPTH) return undefined;
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'number':
    case 'boolean':
    case 'undefined':
      return String(value);
    case 'bigint':
      return `${value}n`;
    case 'object':
      return value === null ? 'null' : objectText(value, depth);
    default:
      return undefined;
  }
}

function objectText(value: object, depth: number): string | undefined {
  if (value instanceof Date) return `@${value.getTime()}`;
  if (Array.isArray(value)) return listText(value, '[', ']', depth);
  if (!isPlainObject(value)) return undefined;
  return listText(entriesOf(value as Values).flat(), '{', '}', depth);
}

/** An object of a literal, of JSON or of no class at all, whichever context of the engine it was made in. */
function isPlainObject(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function listText(
  items: readonly unknown[],
  open: string,
  close: string,
  depth: number,
): string | undefined {
  const texts = items.map((item) => canonicalText(item, depth + 1));
  return texts.includes(undefined) ? undefined : `${open}${texts.join()}${close}`;
}
