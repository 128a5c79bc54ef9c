import { Controller, Get, Header } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Public } from '../../http/index.js';
import { ADMIN_LOGIN_HTML, ADMIN_LOGIN_SCRIPT } from './admin-login.page.js';

@ApiExcludeController()
@Public()
@Controller('admin')
export class AdminLoginController {
  @Get('login')
  @Header('content-type', 'text/html; charset=utf-8')
  page(): string {
    return ADMIN_LOGIN_HTML;
  }

  @Get('login.js')
  @Header('content-type', 'text/javascript; charset=utf-8')
  script(): string {
    return ADMIN_LOGIN_SCRIPT;
  }
}
