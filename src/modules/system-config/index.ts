export { SystemConfigHttpModule } from './system-config.http.module.js';
export { SystemConfigModule } from './system-config.module.js';
