/** drizzle puts the values of a failed statement behind its text: addresses and hashes among them. */
const STATEMENT_VALUES = /\nparams: [^]*?(?=\n\s+at |\ncaused by: |$)/g;

/** An error's message or stack as it may be logged or stored: without the values of a failed statement. */
export function withoutStatementValues(text: string): string {
  return text.replace(STATEMENT_VALUES, '\nparams: [redacted]');
}
