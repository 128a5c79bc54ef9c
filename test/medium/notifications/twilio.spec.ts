import { createServer, type AddressInfo } from 'node:net';
import { postMessage } from '../../../src/modules/system-config/sms/twilio.js';
import { HttpStub } from '../../support/http-stub.js';

const ACCOUNT = {
  accountSid: `AC${'0'.repeat(32)}`,
  authToken: 'a token',
  from: '+15005550006',
};
const MESSAGE = { to: '+4915112345678', text: 'Kauf „10 AAPL“ & mehr' };

describe('a text message by Twilio’s HTTP API', () => {
  let twilio: HttpStub;

  beforeEach(async () => {
    twilio = await HttpStub.start();
  });
  afterEach(() => twilio.stop());
  const post = (timeoutMs = 2_000, account = {}, baseUrl = `${twilio.url}/`) =>
    postMessage({ baseUrl, ...ACCOUNT, ...account }, MESSAGE, timeoutMs);

  it('is a form, sent with the account and its token', async () => {
    twilio.answer = () => ({ status: 201, body: '{"sid":"SM1"}' });
    expect(await post()).toBeUndefined();
    const [request] = twilio.requests;
    expect(request).toMatchObject({
      method: 'POST',
      path: `/2010-04-01/Accounts/${ACCOUNT.accountSid}/Messages.json`,
      headers: {
        authorization: `Basic ${Buffer.from(`${ACCOUNT.accountSid}:a token`).toString('base64')}`,
        'content-type': expect.stringMatching(/^application\/x-www-form-urlencoded/) as string,
      },
    });
    const form = Object.fromEntries(new URLSearchParams(request?.body.toString()));
    expect(form).toEqual({ To: MESSAGE.to, From: ACCOUNT.from, Body: MESSAGE.text });
  });

  it('goes by a messaging service where one is set', async () => {
    const service = `MG${'1'.repeat(32)}`;
    await post(2_000, { from: service });
    const form = Object.fromEntries(new URLSearchParams(twilio.requests[0]?.body.toString()));
    expect(form).toEqual({ To: MESSAGE.to, MessagingServiceSid: service, Body: MESSAGE.text });
  });

  it.each([
    [400, 'message_refused', false],
    [401, 'login_refused', false],
    [404, 'message_refused', false],
    [429, 'busy', true],
    [500, 'failed', true],
    [503, 'failed', true],
    [307, 'failed', true],
  ])('that is answered %i is %s; to be tried again: %s', async (status, name, retryable) => {
    twilio.answer = () => ({
      status,
      headers: { location: '/elsewhere' },
      body: `{"message":"${MESSAGE.to}"}`,
    });
    const failure = await post();
    expect(failure).toMatchObject({ code: `system_config.sms_${name}`, retryable });
    expect(JSON.stringify(failure)).not.toContain(MESSAGE.to);
    expect(twilio.requests).toHaveLength(1);
  });

  it('that may have been taken is never sent again; one that nobody heard of is', async () => {
    twilio.answer = () => undefined;
    const silent = await post(100);
    expect(silent).toMatchObject({ code: 'system_config.sms_uncertain', retryable: false });
    twilio.answer = (_, { socket }) => void socket?.destroy();
    const brokenOff = await post();
    expect(brokenOff).toMatchObject({ code: 'system_config.sms_uncertain', retryable: false });
    const nobody = await HttpStub.start();
    const { url } = nobody;
    await nobody.stop();
    const away = await post(2_000, {}, url);
    expect(away).toMatchObject({ code: 'system_config.sms_unreachable', retryable: true });
  });

  it('is sent again when there was no secure connection, for want of TLS or of time', async () => {
    const unreachable = { code: 'system_config.sms_unreachable', retryable: true };
    const secure = twilio.url.replace('http:', 'https:');
    expect(await post(2_000, {}, secure)).toMatchObject(unreachable);
    expect(await post(2_000, {}, 'https://nowhere.invalid')).toMatchObject(unreachable);
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = silent.address() as AddressInfo;
      expect(await post(100, {}, `https://127.0.0.1:${port}`)).toMatchObject(unreachable);
    } finally {
      silent.close();
    }
    expect(twilio.requests).toEqual([]);
  });
});
