/** One trader at one address does all that a suite does. */
export const WITHOUT_LIMITS = {
  RATE_LIMITS: [
    'account.transfer',
    'api.anonymous',
    'api.signed-in',
    'auth.login',
    'auth.register',
    'orders.place',
    'orders.place-ip',
  ]
    .map((name) => `${name}=1000000/1m`)
    .join(),
};

/** For tests that set the clock far ahead. */
export const LASTING_SESSIONS = {
  SESSION_IDLE_MS: '2000000000',
  SESSION_ABSOLUTE_MS: '2000000000',
};
