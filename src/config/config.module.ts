import { Global, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../kernel/clock.js';
import { Correlation } from '../kernel/correlation.js';
import { Config } from './config.js';

/** What every module may ask the process for: its configuration, the time, the current correlation id. */
export interface ProcessContext {
  readonly config: Config;
  readonly clock: Clock;
  readonly correlation: Correlation;
}

@Global()
@Module({})
export class ConfigModule implements OnApplicationShutdown {
  constructor(private readonly correlation: Correlation) {}

  onApplicationShutdown(): void {
    this.correlation.close();
  }

  static forRoot({ config, clock, correlation }: ProcessContext): DynamicModule {
    return {
      module: ConfigModule,
      providers: [
        { provide: Config, useValue: config },
        { provide: Clock, useValue: clock },
        { provide: Correlation, useValue: correlation },
      ],
      exports: [Config, Clock, Correlation],
    };
  }
}
