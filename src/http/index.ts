export { CurrentPrincipal, Public, Requires, SignedIn, type Access } from './access.decorators.js';
export { ActionLog, type EndAction } from './audit/action-log.js';
export { Recorded } from './audit/recorded.decorator.js';
export { answerUnreadableRequest, refuseOtherUpgrades } from './unreadable-request.js';
export { BlockGate } from './blocks/block-gate.js';
export { ClientBlocks, type ClientBlock } from './blocks/client-blocks.js';
export { forwardedAddress, networksOf } from './blocks/forwarded-address.js';
export {
  includes,
  networkText,
  parseAddress,
  parseNetwork,
  type IpNetwork,
} from './blocks/ip-network.js';
export { RefusalWatch } from './blocks/refusal-watch.js';
export { clientNetwork } from './client-network.js';
export { configureHttp } from './configure-http.js';
export { correlationIdOf } from './correlation-id.js';
export { isCrossSite } from './cross-site.js';
export { HttpModule } from './http.module.js';
export { MaxInFlight } from './in-flight/max-in-flight.decorator.js';
export { MetricsRegistry } from './metrics-registry.js';
export { isSensibleMoment, momentSchema } from './moment.js';
export { pageOf, pageQuerySchema, type PageQuery } from './page-query.js';
export { toProblemDetails, type ProblemDetails } from './problem-details.js';
export { ProblemDetailsFilter } from './problem-details.filter.js';
export { QuotaBook } from './quotas/quota-book.js';
export { Quota } from './quotas/quota.decorator.js';
export { NoGeneralLimits, RateLimit } from './rate-limit.decorator.js';
export type { LimitFigures, LimitPolicy, RateLimitName } from './rate-limit.policies.js';
export { RateLimitTable, type ListedLimit } from './rate-limit.table.js';
export { RequestAuthentication } from './request-authentication.js';
export { RequestMetrics } from './request-metrics.js';
export { LimiterThrottlerStorage } from './throttler.storage.js';
export {
  clearSessionCookie,
  readSessionToken,
  sessionCookieName,
  setSessionCookie,
} from './session-token.js';
