import {
  Controller,
  Delete,
  Get,
  HttpCode,
  HttpStatus,
  Inject,
  Param,
  Post,
  Query,
  Req,
} from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBadRequestResponse,
  ApiBody,
  ApiConsumes,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiPayloadTooLargeResponse,
  ApiTags,
  ApiTooManyRequestsResponse,
  ApiUnprocessableEntityResponse,
} from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Config } from '../../../config/config.js';
import {
  CurrentPrincipal,
  pageOf,
  pageQuerySchema,
  Quota,
  SignedIn,
  type PageQuery,
} from '../../../http/index.js';
import type { Page } from '../../../kernel/page.js';
import type { Principal } from '../../../kernel/principal.js';
import {
  importSchema,
  importSummarySchema,
  type Import,
  type ImportSummary,
} from '../journal.dto.js';
import { withCsvUpload } from './csv-upload.js';
import { ImportsService } from './imports.service.js';
import { UploadsService } from './uploads.service.js';

@ApiTags('journal')
@SignedIn()
@Controller('api/journal/imports')
export class ImportsController {
  constructor(
    private readonly uploads: UploadsService,
    private readonly imports: ImportsService,
    @Inject(Config) private readonly config: Config,
  ) {}

  @Post()
  @Quota('journal.imports')
  @HttpCode(HttpStatus.ACCEPTED)
  @ApiOperation({
    summary: 'Import the trades of a CSV',
    description:
      'A table with a line per trade (columns for date, symbol, side, quantity and price at least, by any ' +
      'common name), or the export of Schwab or Trading 212 as it is. Commas between the columns, UTF-8. ' +
      'The file is read by a job: follow `journal.import:{id}`, or ask for the import.',
  })
  @ApiConsumes('multipart/form-data')
  @ApiBody({
    schema: {
      type: 'object',
      required: ['file'],
      properties: { file: { type: 'string', format: 'binary' } },
    },
  })
  @ApiAcceptedResponse({ standardSchema: importSummarySchema })
  @ApiBadRequestResponse({
    description:
      'journal.file_missing, journal.file_empty, journal.one_file_only, journal.unexpected_field, journal.upload_broken',
  })
  @ApiPayloadTooLargeResponse({ description: 'journal.file_too_large' })
  @ApiUnprocessableEntityResponse({
    description:
      'journal.not_text, journal.unsupported_encoding, journal.unsupported_delimiter, journal.unknown_format, journal.no_rows',
  })
  @ApiTooManyRequestsResponse({ description: 'journal.too_many_imports, quota.exceeded' })
  upload(
    @CurrentPrincipal() { userId }: Principal,
    @Req() request: FastifyRequest,
  ): Promise<ImportSummary> {
    return withCsvUpload(request, this.config.journal.maxUploadBytes, (upload) =>
      this.uploads.receive(userId, upload),
    );
  }

  @Get()
  @ApiOperation({ summary: 'Your imports, newest first' })
  @ApiOkResponse({ standardSchema: pageOf(importSummarySchema) })
  list(
    @CurrentPrincipal() { userId }: Principal,
    @Query({ schema: pageQuerySchema }) query: PageQuery,
  ): Promise<Page<ImportSummary>> {
    return this.imports.list(userId, query);
  }

  @Get(':id')
  @ApiOperation({ summary: 'One import of yours, with the lines that cannot be read' })
  @ApiOkResponse({ standardSchema: importSchema })
  @ApiNotFoundResponse({ description: 'journal.import_not_found' })
  get(@CurrentPrincipal() { userId }: Principal, @Param('id') id: string): Promise<Import> {
    return this.imports.get(userId, id);
  }

  @Delete(':id')
  @ApiOperation({
    summary: 'Undo an import',
    description: 'Takes exactly its trades out of the journal; stops it if it is still running.',
  })
  @ApiOkResponse({ standardSchema: importSchema })
  @ApiNotFoundResponse({ description: 'journal.import_not_found' })
  undo(@CurrentPrincipal() { userId }: Principal, @Param('id') id: string): Promise<Import> {
    return this.imports.undo(userId, id);
  }
}
