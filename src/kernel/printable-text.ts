/** Text that every database, terminal and page can show: no control characters, no broken UTF-16. */
export const PRINTABLE = /^[^\p{Cc}\p{Cs}]*$/u;
export const NOT_PRINTABLE = 'must not hold control characters';
