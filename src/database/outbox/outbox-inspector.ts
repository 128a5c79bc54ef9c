import { Injectable } from '@nestjs/common';
import { OutboxRepository, type FailingRow, type OutboxFigures } from './outbox.repository.js';

/** What operators see of the outbox. */
@Injectable()
export class OutboxInspector {
  constructor(private readonly rows: OutboxRepository) {}

  figures(): Promise<OutboxFigures> {
    return this.rows.figures();
  }

  /**
   * Rows of which eight deliveries or more have failed, the oldest first. Each one in a stream holds back all that
   * follows in it. They are tried on, every 30 s in the end, and never given up: nothing is lost, and who mends what
   * they fail on has them delivered.
   */
  failing(limit: number): Promise<FailingRow[]> {
    return this.rows.listFailing(limit);
  }
}
