import { applyDecorators, SetMetadata, UseInterceptors } from '@nestjs/common';
import { QUOTA_METADATA, QuotaInterceptor } from './quota.interceptor.js';
import type { QuotaName } from './quota.policies.js';

/**
 * Takes one from the user's quota of this name before the handler begins; above it 429 `quota.exceeded`. A handler that
 * fails costs nothing. For routes of who is signed in, in a module that imports the HttpModule.
 */
export const Quota = (name: QuotaName) =>
  applyDecorators(
    SetMetadata<string, QuotaName>(QUOTA_METADATA, name),
    UseInterceptors(QuotaInterceptor),
  );
