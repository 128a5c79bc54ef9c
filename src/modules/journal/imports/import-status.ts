/**
 * uploading → queued → running → done | failed, and from each of them → undone.
 * A failed import leaves no trade behind.
 */
export const IMPORT_STATUSES = [
  'uploading',
  'queued',
  'running',
  'done',
  'failed',
  'undone',
] as const;
export type ImportStatus = (typeof IMPORT_STATUSES)[number];

/** What still has its file. */
export const UNFINISHED_STATUSES = ['uploading', 'queued', 'running'] as const;

export function isUnfinished(status: ImportStatus): boolean {
  return UNFINISHED_STATUSES.some((unfinished) => unfinished === status);
}
