import { applyDecorators, SetMetadata, UseInterceptors } from '@nestjs/common';
import { IN_FLIGHT_METADATA, InFlightInterceptor } from './in-flight.interceptor.js';
import type { InFlightName } from './in-flight.policies.js';

/**
 * At most so many calls of a user at a time as the policy of this name says; above it 429 `in_flight.exceeded`, at once. A
 * place is free again when the handler has ended, however it ends, and not before: a client that hangs up gains nothing.
 */
export const MaxInFlight = (name: InFlightName) =>
  applyDecorators(
    SetMetadata<string, InFlightName>(IN_FLIGHT_METADATA, name),
    // Here and not everywhere: a route without any interceptor is spared the streams that they are made of.
    UseInterceptors(InFlightInterceptor),
  );
