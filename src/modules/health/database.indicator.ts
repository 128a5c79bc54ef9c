import { Injectable, Logger } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { Database } from '../../database/index.js';

@Injectable()
export class DatabaseIndicator {
  readonly #logger = new Logger(DatabaseIndicator.name);

  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly database: Database,
  ) {}

  async check(): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check('database');
    const { kind } = this.database;
    try {
      await this.database.ping();
      return indicator.up({ kind });
    } catch (error) {
      // Why stands in the log; the outside learns only that it is so.
      this.#logger.warn({ message: 'the database does not answer', err: error });
      return indicator.down({ kind });
    }
  }
}
