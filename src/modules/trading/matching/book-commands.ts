import type { NewBookOrder, Placement, RestingOrder } from './book-order.js';
import type { MatchingBook } from './matching-book.js';

/** What can be asked of a book, as data: a log of these makes the same book anywhere. */
export type BookCommand =
  | { readonly do: 'place'; readonly order: NewBookOrder }
  | { readonly do: 'cancel'; readonly id: string }
  | {
      readonly do: 'replace';
      readonly id: string;
      readonly price?: number;
      readonly quantity?: number;
    };

/** undefined: no such order rests. */
export type BookAnswer = Placement | RestingOrder | undefined;

/** @throws AppError as {@link MatchingBook.place} and {@link MatchingBook.replace} */
export function applyCommand(book: MatchingBook, command: BookCommand): BookAnswer {
  switch (command.do) {
    case 'place':
      return book.place(command.order);
    case 'cancel':
      return book.cancel(command.id);
    case 'replace':
      return book.replace(command.id, command);
  }
}
