export { AuthHttpModule } from './auth.http.module.js';
export { AuthModule } from './auth.module.js';
export { RegistrationService } from './registration.service.js';
export { FirstAdmin, type AdminLogin } from './first-admin.js';
