const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'] as const;

/** `5.2MB`: one decimal below 10, none above, in steps of 1,024 as Redis counts. */
export function byteText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1_024 && unit < UNITS.length - 1) {
    value /= 1_024;
    unit += 1;
  }
  const digits = unit > 0 && value < 10 ? 1 : 0;
  return `${value.toFixed(digits)}${UNITS[unit]}`;
}
