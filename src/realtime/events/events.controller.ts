import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiBearerAuth,
  ApiForbiddenResponse,
  ApiHeader,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiTooManyRequestsResponse,
  ApiUnauthorizedResponse,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public } from '../../http/index.js';
import type { AuthenticatedRequest } from '../../kernel/principal.js';
import { EventStreamClient } from './event-stream-client.js';
import { EventStreams } from './event-streams.js';
import { eventsQuerySchema, type EventsQuery } from './events.dto.js';
import { StreamPlaces } from './stream-places.js';

/** The live channels as Server-Sent Events, for programs and pages without socket.io. */
@ApiTags('live')
@Controller('api/live/events')
export class EventsController {
  constructor(private readonly streams: EventStreams) {}

  @Get()
  // Who is nobody in particular follows what is public.
  @Public({ knowsCallers: true })
  @ApiBearerAuth()
  @ApiOperation({
    summary: 'Follows live channels',
    description:
      'Events: `subscribed` {channel, epoch, seq, recovered}, then `snapshot` {channel, epoch, seq, data} or the messages that were missed; ' +
      '`message` {channel, epoch, seq, ts, data, correlationId?}; `closing` {code, detail, retryAfterMs?} before the server ends the stream. ' +
      'The id of an event holds the places of all durable channels. See docs/live.md.',
  })
  @ApiHeader({ name: 'Last-Event-ID', required: false, description: 'goes on from there' })
  @ApiOkResponse({ content: { 'text/event-stream': { schema: { type: 'string' } } } })
  @ApiBadRequestResponse({ description: 'request.invalid' })
  @ApiUnauthorizedResponse({ description: 'auth.unauthenticated: no live session' })
  @ApiForbiddenResponse({ description: 'auth.out_of_scope: a key that may not read' })
  @ApiNotFoundResponse({ description: 'live.unknown_channel, and what a channel refuses with' })
  @ApiTooManyRequestsResponse({
    description: 'rate_limit.exceeded, live.too_many_connections',
  })
  async open(
    @Req() request: FastifyRequest & AuthenticatedRequest,
    @Res() reply: FastifyReply,
    @Query({ schema: eventsQuerySchema }) { channels, lastEventId }: EventsQuery,
  ): Promise<void> {
    const header = request.headers['last-event-id'];
    const places = StreamPlaces.parse(header === undefined ? lastEventId : String(header));
    places.keepOnly(channels);
    const client = new EventStreamClient(reply, request.principal, request.ip, places);
    await this.streams.open(client, channels);
    // Who asks for the head of the answer only has all of it.
    if (request.method === 'HEAD') client.close();
  }
}
