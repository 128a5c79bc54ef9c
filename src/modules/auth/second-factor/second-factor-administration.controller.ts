import { Controller, Delete, HttpCode, Logger, Param } from '@nestjs/common';
import { ApiConflictResponse, ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, Requires } from '../../../http/index.js';
import type { Principal } from '../../../kernel/principal.js';
import { SecondFactorService } from './second-factor.service.js';

/** For who has lost app and recovery codes. Who asks for it was recognised by other means. */
@ApiTags('admin')
@Requires('users.manage')
@Controller('api/admin/users/:id/second-factor')
export class SecondFactorAdministrationController {
  readonly #logger = new Logger('SecondFactor');

  constructor(private readonly secondFactor: SecondFactorService) {}

  @Delete()
  @HttpCode(204)
  @ApiOperation({ summary: "Take a user's second factor away; all sessions of the user end" })
  @ApiNoContentResponse()
  @ApiConflictResponse({ description: 'auth.second_factor_not_enabled' })
  async takeAway(
    @CurrentPrincipal() { userId: takenBy }: Principal,
    @Param('id') userId: string,
  ): Promise<void> {
    await this.secondFactor.takeAway(userId);
    this.#logger.warn({ message: 'a second factor was taken away', userId, takenBy });
  }
}
