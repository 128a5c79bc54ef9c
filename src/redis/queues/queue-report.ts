/** A job that runs, in whichever process. */
export interface RunningJob {
  readonly id: string;
  readonly name: string;
  /** 1 on the first run. */
  readonly attempt: number;
  /** As far as it has told. */
  readonly percent: number;
  readonly startedAt: Date | null;
  readonly correlationId: string;
}

export interface QueueReport {
  readonly name: string;
  readonly counts: {
    /** Due, and not begun: the backlog. */
    readonly waiting: number;
    readonly delayed: number;
    readonly active: number;
    /** As many as are still kept. */
    readonly completed: number;
    readonly failed: number;
  };
  readonly paused: boolean;
  /** Since when the oldest waiting job could have run; null: none waits. */
  readonly oldestWaitingSince: Date | null;
}
