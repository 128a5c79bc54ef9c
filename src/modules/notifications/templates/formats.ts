/** How a user reads. */
export interface Audience {
  /** BCP 47 */
  readonly locale: string;
  /** IANA */
  readonly timeZone: string;
}

/** Figures as a user reads them. Decimals come in text, and are never a float on the way. */
export interface Formats {
  readonly usd: (decimal: string) => string;
  readonly quantity: (decimal: string) => string;
  readonly count: (count: number) => string;
  /** @param share 0.5 is 50 % */
  readonly percent: (share: number) => string;
  /** With the time zone. */
  readonly moment: (at: Date) => string;
}

export function formatsOf({ locale, timeZone }: Audience): Formats {
  const number = (options: Intl.NumberFormatOptions) => new Intl.NumberFormat(locale, options);
  return {
    usd: (decimal) =>
      number({
        style: 'currency',
        currency: 'USD',
        minimumFractionDigits: 2,
        maximumFractionDigits: 6,
      }).format(decimal as Intl.StringNumericLiteral),
    quantity: (decimal) =>
      number({ maximumFractionDigits: 9 }).format(decimal as Intl.StringNumericLiteral),
    count: (count) => number({ maximumFractionDigits: 6 }).format(count),
    percent: (share) =>
      number({ style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(
        share,
      ),
    moment: (at) =>
      new Intl.DateTimeFormat(locale, {
        timeZone,
        year: 'numeric',
        month: 'short',
        day: 'numeric',
        hour: 'numeric',
        minute: '2-digit',
        timeZoneName: 'short',
      }).format(at),
  };
}
