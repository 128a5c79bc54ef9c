export { LimitsHttpModule } from './limits.http.module.js';
export { LimitsModule } from './limits.module.js';
