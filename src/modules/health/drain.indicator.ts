import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';

/** "Down" from the first moment of the shutdown, so that load balancers look elsewhere while requests finish. */
@Injectable()
export class DrainIndicator implements OnModuleDestroy {
  #draining = false;

  constructor(private readonly indicators: HealthIndicatorService) {}

  onModuleDestroy(): void {
    this.#draining = true;
  }

  check(): HealthIndicatorResult {
    const indicator = this.indicators.check('process');
    return this.#draining ? indicator.down({ reason: 'shutting down' }) : indicator.up();
  }
}
