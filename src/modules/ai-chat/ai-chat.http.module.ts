import { Module } from '@nestjs/common';
import { AiChatController } from './ai-chat.controller.js';
import { AiChatModule } from './ai-chat.module.js';

@Module({ imports: [AiChatModule], controllers: [AiChatController] })
export class AiChatHttpModule {}
