export { CurrentPrincipal, Public, Requires, SignedIn, type Access } from './access.decorators.js';
export { answerUnreadableRequest, refuseOtherUpgrades } from './unreadable-request.js';
export { configureHttp } from './configure-http.js';
export { correlationIdOf } from './correlation-id.js';
export { isCrossSite } from './cross-site.js';
export { HttpModule } from './http.module.js';
export { MetricsRegistry } from './metrics-registry.js';
export { isSensibleMoment, momentSchema } from './moment.js';
export { pageOf, pageQuerySchema, type PageQuery } from './page-query.js';
export { toProblemDetails, type ProblemDetails } from './problem-details.js';
export { ProblemDetailsFilter } from './problem-details.filter.js';
export { RateLimit } from './rate-limit.decorator.js';
export { RequestAuthentication } from './request-authentication.js';
export { RequestMetrics } from './request-metrics.js';
export {
  clearSessionCookie,
  readSessionToken,
  sessionCookieName,
  setSessionCookie,
} from './session-token.js';
