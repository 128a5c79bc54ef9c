import { Webhook } from 'standardwebhooks';
import { newWebhookSecret, webhookHeaders } from './webhook-signature.js';

describe('the signature of a webhook', () => {
  it('is the one of the example of the specification', () => {
    // From the tests of the reference implementation, "sign function works".
    const parts = {
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      timestampS: 1_614_265_330,
      body: '{"test": 2432232314}',
    };
    expect(webhookHeaders('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', parts)).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('satisfies a receiver who was given the secret, and nobody else', () => {
    const secret = newWebhookSecret();
    const body = JSON.stringify({ title: 'Kauf „5 €“' });
    const headers = webhookHeaders(secret, {
      id: 'a',
      timestampS: Math.floor(Date.now() / 1_000),
      body,
    });
    expect(new Webhook(secret).verify(body, headers)).toEqual({ title: 'Kauf „5 €“' });
    expect(() => new Webhook(secret).verify(`${body} `, headers)).toThrow('signature');
    expect(() => new Webhook(newWebhookSecret()).verify(body, headers)).toThrow('signature');
  });
});
