import { v7 } from 'uuid';

/** A time-ordered UUID (RFC 9562, version 7): new rows land at the end of an index, and sort by creation. */
export function newId(): string {
  return v7();
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

/** Whether `text` can be compared with a `uuid` column; PostgreSQL raises an error on anything else. */
export function isId(text: string): boolean {
  return UUID.test(text);
}
