/** The way into the admin pages for a person with a browser. Script apart: the content security policy allows no inline one. */
export const ADMIN_LOGIN_HTML = `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>Sign in · Bourse</title>
  <style>
    :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
    body { display: grid; place-items: center; min-height: 100vh; margin: 0; background: Canvas; color: CanvasText; }
    form { display: grid; gap: 1rem; width: min(20rem, 90vw); }
    h1 { margin: 0; font-size: 1.25rem; }
    label { display: grid; gap: .25rem; font-size: .875rem; }
    input, button { font: inherit; padding: .5rem .75rem; border: 1px solid GrayText; border-radius: .375rem; }
    button { border-color: transparent; background: #1d4ed8; color: #fff; cursor: pointer; }
    button:disabled { opacity: .6; cursor: progress; }
    output { min-height: 1.5em; font-size: .875rem; color: #dc2626; }
  </style>
</head>
<body>
  <form id="login">
    <h1>Bourse admin</h1>
    <label>E-mail <input name="email" type="email" autocomplete="username" required autofocus></label>
    <label>Password <input name="password" type="password" autocomplete="current-password" required></label>
    <label id="code" hidden>Code of your app, or a recovery code <input name="code" autocomplete="one-time-code" disabled></label>
    <button>Sign in</button>
    <output role="alert"></output>
  </form>
  <script src="/admin/login.js"></script>
</body>
</html>
`;

export const ADMIN_LOGIN_SCRIPT = `const form = document.getElementById('login');
const output = form.querySelector('output');
const button = form.querySelector('button');

// Only a path of this site: a link must not send an admin elsewhere after the sign-in.
function target() {
  const next = new URL(new URLSearchParams(location.search).get('next') ?? '/admin/queues', location.origin);
  return next.origin === location.origin ? next.href : '/admin/queues';
}

function askForCode() {
  const { code } = form.elements;
  form.querySelector('#code').hidden = false;
  code.disabled = false;
  code.required = true;
  code.focus();
}

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  output.textContent = '';
  button.disabled = true;
  try {
    const response = await fetch('/api/auth/login', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(Object.fromEntries(new FormData(form))),
    });
    const answer = await response.json();
    if (answer.code === 'auth.second_factor_required') askForCode();
    if (!response.ok) output.textContent = answer.detail;
    else if (!answer.user.roles.includes('admin')) output.textContent = 'This account is not an admin.';
    else location.assign(target());
  } catch {
    output.textContent = 'The server does not answer.';
  } finally {
    button.disabled = false;
  }
});
`;
