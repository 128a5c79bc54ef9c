import type { AppError } from '../../kernel/app-error.js';
import { lost } from './lock-errors.js';

/** Whether a lease still stands, for the work under it. */
export class LeaseState {
  // Made when somebody listens: most work under a lock is shorter than it takes to lose one.
  #controller: AbortController | undefined;
  #loss: AppError | undefined;
  #isOver = false;

  get signal(): AbortSignal {
    this.#look();
    this.#controller ??= new AbortController();
    if (this.#loss !== undefined) this.#controller.abort(this.#loss);
    return this.#controller.signal;
  }

  throwIfLost(): void {
    this.#look();
    if (this.#loss !== undefined) throw this.#loss;
    if (this.#isOver) throw lost('the lock has been given back');
  }

  /** Only the first reason counts; after {@link end} nobody is told. */
  lose(reason: AppError): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#loss = reason;
    this.ended();
    this.#controller?.abort(reason);
  }

  /** The work is over. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.ended();
  }

  protected get isOver(): boolean {
    return this.#isOver;
  }

  /** Whether another may hold the lock by now, whatever timers have said so far. */
  protected isTimeUp(): boolean {
    return false;
  }

  protected ended(): void {
    // Nothing to stop here.
  }

  #look(): void {
    if (!this.#isOver && this.isTimeUp()) this.lose(lost('the lease was not extended in time'));
  }
}
