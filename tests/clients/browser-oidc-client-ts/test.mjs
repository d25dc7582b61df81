// oidc-client-ts, unmodified, in an application that Chromium shows: signing in, renewing, signing out, and a user who is stopped.
//
// node test.mjs URL, with the variables of `fauxidp env URL`. The last line on stdout is `<package> <version>: <n> checks`.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { errorOf, launch, newPage, serve, user } from './chromium.mjs';
import { attempt } from './attempt.mjs';
import { TOKEN_DEFECTS, administrator, defects, reset } from './sign-in.mjs';

const url = process.argv[2];
const library = readFileSync(new URL('node_modules/oidc-client-ts/dist/browser/oidc-client-ts.min.js', import.meta.url));
let checks = 0;

const providers = {
  monocloud: {
    authority: `${url}/monocloud`,
    client_id: 'monocloud-spa',
    user: 'user-active',
    name: 'Ada Active',
    password: ['user-with-password', 'petra'],
    disabled: 'Dora Disabled',
    introspection: ['/monocloud/connect/introspect', 'monocloud-api:monocloud-api-secret'],
    scope: 'openid profile email read',
    stopped: 'invalid_grant',
  },
  zitadel: {
    authority: url,
    client_id: 'zitadel-spa',
    user: 'human-active',
    name: 'Ada Active',
    password: ['69629023906488335', 'minnie'],
    disabled: 'Ines Inactive',
    introspection: ['/oauth/v2/introspect', 'zitadel-api:zitadel-api-secret'],
    scope: 'openid profile email urn:zitadel:iam:org:project:id:69629023906488500:aud',
    stopped: 'invalid_request',
  },
};

// The application: one page, which finishes a sign-in where it is led back to.
const PAGE = (own, origin) => `<!doctype html><title>application</title><script src="/library.js"></script><script>
  const settings = (scope) => ({
    authority: ${JSON.stringify(own.authority)}, client_id: ${JSON.stringify(own.client_id)},
    client_secret: ${JSON.stringify(own.client_secret)},
    redirect_uri: '${origin}/callback', silent_redirect_uri: '${origin}/callback', post_logout_redirect_uri: '${origin}/',
    scope, loadUserInfo: !localStorage.withoutUserInfo, automaticSilentRenew: false, silentRequestTimeoutInSeconds: 10,
    userStore: new oidc.WebStorageStateStore({ store: localStorage }),
  });
  const manager = new oidc.UserManager(settings(localStorage.scope ?? ${JSON.stringify(own.scope)}));
  const keep = (error) => (document.title = error ? 'refused' : 'done', window.failure = error);
  if (location.pathname === '/callback') manager.signinCallback().then(() => keep(), keep);
  else document.title = 'ready';
</script>`;

const browser = await launch();

const titled = (page, title) => page.waitForFunction((title) => document.title === title, title);
const signedIn = (page) => page.evaluate(() => manager.getUser().then((user) => user && { ...user, profile: user.profile }));

/** Serves the application, and notes what is asked of it. */
async function serveApplication(own, asked = []) {
  const app = await serve((request, answer) => {
    asked.push(request.url);
    const script = request.url === '/library.js';
    answer.setHeader('content-type', script ? 'text/javascript' : 'text/html');
    answer.end(script ? library : PAGE(own, app.url));
  });
  return app;
}

/** An application of somebody else at MonoCloud: it needs consent, and is told in a frame that its user signed out. */
async function partner() {
  const secret = 'monocloud-partner-secret';
  const scope = 'openid profile email';
  const own = { authority: `${url}/monocloud`, client_id: 'monocloud-partner', client_secret: secret, scope };
  const asked = [];
  const app = await serveApplication(own, asked);
  await reset();
  const state = `${url}/__fauxidp/worlds/default/state`;
  const seeded = await (await fetch(state)).text();
  const told = seeded.replace('http://localhost:3000/api/auth/frontchannel-logout', `${app.url}/told`);
  assert.notEqual(told, seeded);
  assert.ok((await fetch(state, { method: 'PUT', body: told })).ok);
  const page = await newPage(browser);
  const begin = async () => {
    await page.goto(app.url);
    await titled(page, 'ready');
    await page.evaluate(() => void manager.signinRedirect());
  };

  await begin();
  await user.press(page, 'Ada Active');
  await page.getByRole('heading', { name: 'Allow Partner access?' }).waitFor();
  assert.equal(await page.getByLabel('Your user id').isDisabled(), true);
  await user.deny(page);
  await titled(page, 'refused');
  assert.equal(await page.evaluate(() => failure.error), 'access_denied');
  checks += 1;

  await begin();
  // By keyboard alone: the box of a scope, then the button.
  await page.getByLabel('Your e-mail address').focus();
  await page.keyboard.press('Space');
  await page.getByRole('button', { name: 'Allow', exact: true }).focus();
  await page.keyboard.press('Enter');
  await titled(page, 'done');
  const { profile, scope: allowed } = await signedIn(page);
  assert.deepEqual([profile.name, profile.email, allowed], ['Ada Active', undefined, 'openid profile']);
  checks += 1;

  // What was not allowed is asked for again, and shown where it may be.
  const error = await errorOf(page, () => manager.signinSilent());
  assert.equal(error.error, 'consent_required');
  checks += 1;

  asked.length = 0;
  await page.evaluate(() => void manager.signoutRedirect());
  await page.waitForURL(`${app.url}/`);
  await titled(page, 'ready');
  const frame = new URL(asked.find((path) => path.startsWith('/told?')), app.url).searchParams;
  assert.deepEqual([frame.get('iss'), frame.get('sid')], [own.authority, profile.sid]);
  assert.ok(asked.findIndex((path) => path.startsWith('/told?')) < asked.indexOf('/'), 'told before the browser goes on');
  checks += 1;
  await page.context().close();
  app.close();
}

async function story(vendor, own) {
  const app = await serveApplication(own);

  /** Opens the application and goes to the sign-in page. */
  async function start(scope = own.scope, more = {}) {
    const page = await newPage(browser);
    await page.goto(app.url);
    await page.evaluate((kept) => void Object.assign(localStorage, kept), { scope, ...more });
    await page.reload();
    await titled(page, 'ready');
    await page.evaluate(() => void manager.signinRedirect());
    await page.waitForURL((shown) => shown.origin !== app.url);
    return page;
  }

  async function signIn(scope) {
    const page = await start(scope);
    await user.press(page, own.name);
    await titled(page, 'done');
    return page;
  }

  async function check(what, body) {
    await reset();
    checks += await attempt(`${vendor}: ${what}`, async () => (await body()).context().close());
  }

  await check('by button', async () => {
    const page = await signIn();
    const { profile } = await signedIn(page);
    assert.deepEqual([profile.sub, profile.name], [own.user, own.name]);
    return page;
  });

  await check('by password', async () => {
    const page = await start();
    await user.enter(page, own.password[1], 'not-the-password');
    await page.getByRole('alert').waitFor();
    await user.enter(page, own.password[1]);
    await titled(page, 'done');
    assert.equal((await signedIn(page)).profile.sub, own.password[0]);
    return page;
  });

  await check('deny', async () => {
    const page = await start();
    await user.deny(page);
    await titled(page, 'refused');
    const failure = await page.evaluate(() => ({ name: failure.name, error: failure.error }));
    assert.deepEqual(failure, { name: 'ErrorResponse', error: 'access_denied' });
    return page;
  });

  await check('a user who is stopped is told so on the page', async () => {
    const page = await start();
    await user.press(page, own.disabled);
    await page.getByRole('alert').waitFor();
    assert.notEqual(new URL(page.url()).origin, app.url);
    return page;
  });

  await check('silent renewal by a frame, and sign-out', async () => {
    const page = await signIn();
    const before = await signedIn(page);
    const after = await page.evaluate(() => manager.signinSilent());
    assert.notEqual(after.access_token, before.access_token);
    assert.equal((await signedIn(page)).profile.sub, own.user);
    await page.evaluate(() => void manager.signoutRedirect());
    await page.waitForURL(`${app.url}/`);
    await titled(page, 'ready');
    assert.equal(await signedIn(page), null);
    const error = await errorOf(page, () => manager.signinSilent());
    assert.deepEqual([error.name, error.error], ['ErrorResponse', 'login_required']);
    return page;
  });

  await check('renewal by a refresh token', async () => {
    const page = await signIn(`${own.scope} offline_access`);
    const before = await signedIn(page);
    const after = await page.evaluate(() => manager.signinSilent());
    assert.notEqual(after.access_token, before.access_token);
    assert.notEqual(after.refresh_token, before.refresh_token);
    return page;
  });

  await check('a user who is stopped meanwhile', async () => {
    const page = await signIn(`${own.scope} offline_access`);
    const { access_token: token } = await signedIn(page);
    await administrator[vendor].stop(own.user);
    const renewal = await errorOf(page, () => manager.signinSilent());
    assert.deepEqual([renewal.name, renewal.error], ['ErrorResponse', own.stopped]);
    const userinfo = await errorOf(page, (token) => manager._client.metadataService.getUserInfoEndpoint().then((url) =>
      fetch(url, { headers: { authorization: `Bearer ${token}` } })).then((answer) => {
        if (!answer.ok) throw new Error(answer.status);
      }), token);
    assert.equal(userinfo.message, '401');
    const [path, client] = own.introspection;
    const headers = { authorization: `Basic ${Buffer.from(client).toString('base64')}` };
    const asked = await fetch(url + path, { method: 'POST', headers, body: new URLSearchParams({ token }) });
    assert.equal((await asked.json()).active, false);
    return page;
  });

  await check('a user who is stopped meanwhile, and renewal by a frame', async () => {
    const page = await signIn();
    await administrator[vendor].stop(own.user);
    const renewal = await errorOf(page, () => manager.signinSilent());
    assert.deepEqual([renewal.name, renewal.error], ['ErrorResponse', 'login_required']);
    return page;
  });

  if (vendor === 'monocloud') {
    checks += await defects('oidc-client-ts', TOKEN_DEFECTS, async (defect) => {
      // Userinfo is asked for its own defect alone: the server would refuse some of its own wrong tokens itself.
      const page = await start(own.scope, defect.startsWith('userinfo') ? {} : { withoutUserInfo: 'yes' });
      try {
        await user.press(page, own.name);
        await page.waitForFunction(() => ['done', 'refused'].includes(document.title));
        const failure = await page.evaluate(() => window.failure && { name: failure.name, message: failure.message });
        if (failure) throw Object.assign(new Error(failure.message), { name: failure.name });
      } finally {
        await page.context().close();
      }
    });
  }
  app.close();
}

/** The application of docs/signing-in.md as it stands there, but for the server's port. */
async function documented() {
  const [, page] = /```html index.html\n([^]*?)\n```/.exec(readFileSync(process.env.SIGNING_IN_PAGE, 'utf8'));
  const app = await serve((request, answer) => {
    const script = request.url === '/node_modules/oidc-client-ts/dist/browser/oidc-client-ts.min.js';
    answer.setHeader('content-type', script ? 'text/javascript' : 'text/html');
    answer.end(script ? library : page.replace('http://127.0.0.1:8484/monocloud', `${url}/monocloud`));
  });
  await reset();
  const shown = await newPage(browser);
  const heading = (name) => shown.getByRole('heading', { name, exact: true }).waitFor();
  await shown.goto(app.url);
  await heading('Nobody');
  await user.press(shown, 'Sign in');
  await user.press(shown, 'Ada Active');
  await heading('Ada Active');
  await administrator.monocloud.stop('user-active');
  await user.press(shown, 'Sign out');
  await heading('Nobody');
  await user.press(shown, 'Sign in');
  await user.press(shown, 'Ada Active');
  await shown.getByRole('alert').waitFor();
  app.close();
  checks += 1;
}

try {
  await documented();
  await partner();
  for (const [vendor, own] of Object.entries(providers)) await story(vendor, own);
} finally {
  await browser.close();
}
await reset();
const { version } = JSON.parse(readFileSync(new URL('node_modules/oidc-client-ts/package.json', import.meta.url)));
console.log(`oidc-client-ts ${version}: ${checks} checks`);
