export { userIdColumn } from './user-id.column.js';
export { displayNameSchema, profileSchema, type Profile } from './users.dto.js';
export { UserSettingsService } from './user-settings.service.js';
export { UsersHttpModule } from './users.http.module.js';
export { UsersModule } from './users.module.js';
export { normaliseEmail, UsersService } from './users.service.js';
