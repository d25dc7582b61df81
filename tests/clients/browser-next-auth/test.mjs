// next-auth with its ZITADEL provider, unmodified, in an application that Chromium shows.
//
// node test.mjs URL, with the variables of `fauxidp env URL`. The last line on stdout is `<package> <version>: <n> checks`.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import express from 'express';
import { launch, newPage, serve, user } from './chromium.mjs';
import { attempt } from './attempt.mjs';
import { TOKEN_DEFECTS, administrator, defects, reset, zitadelCall } from './sign-in.mjs';

const require = createRequire(import.meta.url);
const NextAuth = require('next-auth').default;
const ZitadelProvider = require('next-auth/providers/zitadel').default;

const url = process.argv[2];
let checks = 0;

const errors = [];
const scope = 'openid email profile offline_access urn:zitadel:iam:org:project:id:69629023906488500:aud';
const provider = ZitadelProvider({
  issuer: url,
  clientId: 'of each check',
  clientSecret: 'of each check',
  authorization: { params: { scope } },
});

/** Registers the application as the documentation of next-auth says: with "User Info inside ID Token". */
async function register() {
  const made = await zitadelCall('/management/v1/projects/69629023906488500/apps/oidc', {
    name: 'next-auth',
    redirectUris: [`${app.url}/api/auth/callback/zitadel`],
    responseTypes: ['OIDC_RESPONSE_TYPE_CODE'],
    grantTypes: ['OIDC_GRANT_TYPE_AUTHORIZATION_CODE', 'OIDC_GRANT_TYPE_REFRESH_TOKEN'],
    appType: 'OIDC_APP_TYPE_WEB',
    authMethodType: 'OIDC_AUTH_METHOD_TYPE_BASIC',
    idTokenUserinfoAssertion: true,
    devMode: true,
    loginVersion: { loginV2: {} },
  });
  Object.assign(provider.options, { clientId: made.clientId, clientSecret: made.clientSecret });
}

/** Renews a token as the documentation of next-auth shows it. */
async function renewed(token) {
  const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: token.refreshToken });
  const { clientId, clientSecret } = provider.options;
  const headers = { authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` };
  const answer = await (await fetch(`${url}/oauth/v2/token`, { method: 'POST', headers, body })).json();
  if (answer.error) return { ...token, error: answer.error_description };
  return { ...token, accessToken: answer.access_token, refreshToken: answer.refresh_token };
}

const options = {
  providers: [provider],
  secret: 'a secret of the application for its cookies',
  callbacks: {
    jwt({ token, account, trigger }) {
      if (account) return { ...token, accessToken: account.access_token, refreshToken: account.refresh_token };
      return trigger === 'update' ? renewed(token) : token;
    },
    session: ({ session, token }) => ({ ...session, id: token.sub, accessToken: token.accessToken, error: token.error }),
  },
  logger: {
    error: (code, told) => errors.push({ code, name: (told.error ?? told).name, message: (told.error ?? told).message }),
    warn() {},
  },
};

// Routes as Next has them: /api/auth/[...nextauth].
const web = express();
web.use(express.urlencoded({ extended: false }), express.json());
web.use('/api/auth', (request, answer) => {
  const pairs = (request.headers.cookie ?? '').split('; ').map((pair) => pair.split(/=(.*)/s).slice(0, 2));
  request.cookies = Object.fromEntries(pairs.map(([name, value]) => [name, decodeURIComponent(value ?? '')]));
  request.query = { ...request.query, nextauth: request.path.split('/').filter(Boolean) };
  return NextAuth(request, answer, options);
});
web.get('/', (_request, answer) => answer.type('html').send('<!doctype html><title>application</title><h1>Application</h1>'));
const app = await serve(web, 'localhost');
process.env.NEXTAUTH_URL = app.url;
const browser = await launch();

async function start() {
  const page = await newPage(browser);
  await page.goto(`${app.url}/api/auth/signin?callbackUrl=${app.url}/`);
  await user.press(page, 'Sign in with ZITADEL');
  await page.waitForURL((shown) => shown.origin !== app.url);
  return page;
}

const session = (page) => page.evaluate(() => fetch('/api/auth/session').then((answer) => answer.json()));

/** What `update()` of next-auth's session in React sends. */
const renew = (page) =>
  page.evaluate(async () => {
    const { csrfToken } = await (await fetch('/api/auth/csrf')).json();
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ csrfToken, data: {} });
    return (await fetch('/api/auth/session', { method: 'POST', headers, body })).json();
  });

async function signIn(name = 'Ada Active') {
  const page = await start();
  await user.press(page, name);
  await page.waitForURL((shown) => shown.origin === app.url && !shown.pathname.includes('callback'));
  return page;
}

async function check(what, body) {
  await reset();
  await register();
  errors.length = 0;
  checks += await attempt(what, async () => (await body()).context().close(), errors);
}

await check('by button', async () => {
  const page = await signIn();
  const { id, user } = await session(page);
  assert.deepEqual([id, user.name, user.email], ['human-active', 'Ada Active', 'ada@example.com']);
  assert.deepEqual(errors, []);
  return page;
});

await check('by password', async () => {
  const page = await start();
  await user.enter(page, 'minnie', 'not-the-password');
  await page.getByRole('alert').waitFor();
  await user.enter(page, 'minnie');
  await page.waitForURL(`${app.url}/`);
  assert.equal((await session(page)).user.name, 'Minnie Mouse');
  return page;
});

await check('deny', async () => {
  const page = await start();
  await user.deny(page);
  await page.waitForURL(/error=/);
  assert.deepEqual([errors[0].code, errors[0].message], ['OAUTH_CALLBACK_HANDLER_ERROR', 'access_denied']);
  assert.deepEqual(await session(page), {});
  return page;
});

await check('renewal', async () => {
  const page = await signIn();
  const { accessToken } = await session(page);
  const after = await renew(page);
  assert.notEqual(after.accessToken, accessToken);
  assert.equal(after.error, undefined);
  return page;
});

await check('sign out', async () => {
  const page = await signIn();
  await page.goto(`${app.url}/api/auth/signout`);
  await user.press(page, 'Sign out');
  await page.waitForURL(`${app.url}/`);
  assert.deepEqual(await session(page), {});
  return page;
});

await check('a user who is deactivated', async () => {
  const page = await signIn();
  const { accessToken } = await session(page);
  await administrator.zitadel.stop('human-active');
  assert.equal((await renew(page)).error, 'Errors.User.NotActive');
  const userinfo = await fetch(`${url}/oidc/v1/userinfo`, { headers: { authorization: `Bearer ${accessToken}` } });
  assert.equal(userinfo.status, 401);
  const headers = { authorization: `Basic ${btoa('zitadel-api:zitadel-api-secret')}` };
  const body = new URLSearchParams({ token: accessToken });
  const asked = await fetch(`${url}/oauth/v2/introspect`, { method: 'POST', headers, body });
  assert.equal((await asked.json()).active, false);
  return page;
});

checks += await defects('next-auth', TOKEN_DEFECTS.filter((name) => !name.startsWith('userinfo')), async () => {
  await register();
  errors.length = 0;
  const page = await signIn();
  const { id } = await session(page);
  await page.context().close();
  if (errors.length > 0) throw Object.assign(new Error(errors.at(-1).message), { name: errors.at(-1).name });
  assert.equal(id, 'human-active');
});

await browser.close();
app.close();
await reset();
const { version } = JSON.parse(readFileSync(new URL('node_modules/next-auth/package.json', import.meta.url)));
console.log(`next-auth ${version}: ${checks} checks`);
