import { Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { Database } from '../../database/index.js';

@Injectable()
export class DatabaseIndicator {
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
    } catch {
      // Why it is down stands in the log; the outside learns that it is.
      return indicator.down({ kind });
    }
  }
}
