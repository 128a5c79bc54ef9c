import { DeadLetters, type DeadJob } from '../../src/kernel/dead-letters.js';

/** For queues without a database. */
export class MemoryDeadLetters extends DeadLetters {
  readonly kept: DeadJob[] = [];

  override async record(dead: DeadJob): Promise<void> {
    await this.recordMissing([dead]);
  }

  override async settle(queue: string, jobId: string): Promise<void> {
    const at = this.kept.findIndex((one) => one.queue === queue && one.jobId === jobId);
    if (at >= 0) this.kept.splice(at, 1);
  }

  override async withdraw(queue: string, jobId: string): Promise<boolean> {
    await this.settle(queue, jobId);
    return true;
  }

  override async recordMissing(dead: readonly DeadJob[]): Promise<number> {
    const missing = dead.filter((job) => !this.kept.some((one) => isSame(one, job)));
    this.kept.push(...missing);
    return missing.length;
  }

  override async forget(): Promise<number> {
    return 0;
  }
}

function isSame(one: DeadJob, other: DeadJob): boolean {
  return one.queue === other.queue && one.jobId === other.jobId;
}
