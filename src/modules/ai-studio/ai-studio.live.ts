import { Injectable } from '@nestjs/common';
import { DomainEvents } from '../../database/index.js';
import { ChannelRegistry, LivePublisher } from '../../realtime/index.js';
import { trainingChannel } from './ai-studio.channels.js';
import { TrainingChanged } from './ai-studio.events.js';
import { TrainingsService } from './training/trainings.service.js';

/** Tells a user's sockets how its trainings come forward, once it is committed. */
@Injectable()
export class AiStudioLive {
  constructor(
    events: DomainEvents,
    channels: ChannelRegistry,
    live: LivePublisher,
    trainings: TrainingsService,
  ) {
    channels.declare(trainingChannel, ({ userId = '', parameter = '' }) =>
      trainings.get(userId, parameter),
    );
    events.announce(TrainingChanged, ({ userId, training }, { id }) =>
      live.publish(trainingChannel, { userId, parameter: training.id }, training, { id }),
    );
  }
}
