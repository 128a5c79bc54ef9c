export { AiChatHttpModule } from './ai-chat.http.module.js';
export { AiChatModule } from './ai-chat.module.js';
