export { AiChatHttpModule } from './ai-chat.http.module.js';
export { AiChatModule } from './ai-chat.module.js';
export { AiChatService } from './ai-chat.service.js';
export { QuotaService } from './quota/quota.service.js';
