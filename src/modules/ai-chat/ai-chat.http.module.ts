import { Module } from '@nestjs/common';
import { AiChatModule } from './ai-chat.module.js';

@Module({ imports: [AiChatModule] })
export class AiChatHttpModule {}
