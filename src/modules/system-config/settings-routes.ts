import { applyDecorators, Controller, Delete, Get, HttpCode, Put } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { ZodType } from 'zod';
import { Requires } from '../../http/index.js';
import type { SettingsKey } from './system-config.events.js';

/** What is said of a route to those who read the documentation. */
interface Told {
  readonly summary: string;
  readonly description?: string;
}

/** Of a group of settings with a secret, at `/api/admin/config/<group>`, for those who manage the configuration. */
export const SettingsController = (group: SettingsKey) =>
  applyDecorators(
    ApiTags('system-config'),
    Requires('config.manage'),
    Controller(`api/admin/config/${group}`),
  );

/** `GET`: the settings without their secret. */
export const ShowSettings = (shown: ZodType, told: Told) =>
  applyDecorators(Get(), ApiOperation(told), ApiOkResponse({ standardSchema: shown }));

/** `PUT`: all of them anew; answers as {@link ShowSettings} does. */
export const ReplaceSettings = (shown: ZodType, told: Told) =>
  applyDecorators(Put(), ApiOperation(told), ApiOkResponse({ standardSchema: shown }));

/** `DELETE`: what they are for is not done any more. */
export const RemoveSettings = (told: Told) =>
  applyDecorators(Delete(), HttpCode(204), ApiOperation(told), ApiNoContentResponse());
