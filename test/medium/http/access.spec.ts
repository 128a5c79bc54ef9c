import { Controller, Get } from '@nestjs/common';
import { Public, Requires, SignedIn } from '../../../src/http/index.js';
import { Authenticator, type Principal } from '../../../src/kernel/principal.js';
import { openHttp } from '../../support/http-app.js';

@Controller('open')
class DeclaredController {
  @Public()
  @Get('public')
  everybody(): string {
    return 'everybody';
  }
  @SignedIn()
  @Get('signed-in')
  signedIn(): string {
    return 'signed in';
  }
  @Requires('users.manage')
  @Get('admin')
  admins(): string {
    return 'admins';
  }
}

@Controller('forgotten')
class ForgottenController {
  @Public()
  @Get('declared')
  declared(): string {
    return '';
  }
  @Get('undeclared')
  undeclared(): string {
    return '';
  }
}

/** Tokens are the names of roles here. */
class RoleAuthenticator extends Authenticator {
  override authenticate(token: string) {
    const roles =
      token === 'the-admin-session' ? (['trader', 'admin'] as const) : (['trader'] as const);
    const credential = { kind: 'session', id: 's', endsAtMs: Infinity } as const;
    return Promise.resolve(
      token.startsWith('the-') ? { userId: 'u', credential, roles } : undefined,
    );
  }
  override renew(principal: Principal) {
    return Promise.resolve(principal);
  }
}

describe('access to routes', () => {
  it('must be declared: the boot names every route that forgot', async () => {
    const app = await openHttp(new RoleAuthenticator(), [DeclaredController, ForgottenController]);
    await expect(app.init()).rejects.toMatchObject({
      code: 'http.undeclared_access',
      message: expect.stringMatching(/GET ForgottenController\.undeclared$/),
    });
    await app.close();
  });

  it.each([
    ['/open/public', '', 200],
    ['/open/signed-in', '', 401],
    ['/open/signed-in', 'the-trader-session', 200],
    ['/open/signed-in', 'somebody-elses-token', 401],
    ['/open/admin', '', 401],
    ['/open/admin', 'the-trader-session', 403],
    ['/open/admin', 'the-admin-session', 200],
  ])('%s with "%s" answers %i', async (url, token, expected) => {
    const app = await openHttp(new RoleAuthenticator(), [DeclaredController]);
    await app.init();
    const response = await app.inject({
      url,
      headers: token === '' ? {} : { authorization: `Bearer ${token}` },
    });
    expect(response.statusCode).toBe(expected);
    await app.close();
  });
});
