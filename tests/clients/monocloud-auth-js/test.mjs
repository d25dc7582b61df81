// MonoCloud's own SDK for signing in, unmodified, in an application on node:http. Its package does not name tslib, which
// it needs, so ours does.
//
// node test.mjs URL, with the variables of `fauxidp env URL`. The last line on stdout is `<package> <version>: <n> checks`.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import sdk from '@monocloud/node-auth-core';
import { attempt } from './attempt.mjs';
import { Browser, administrator, control, defects, fault, reset, TOKEN_DEFECTS } from './sign-in.mjs';

const { MonoCloudBaseInstance, MonoCloudOPError, MonoCloudValidationError } = sdk;
const issuer = `${process.argv[2].replace('http:', 'https:')}/monocloud`;
let checks = 0;

const server = http.createServer(serve);
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const appUrl = `http://localhost:${server.address().port}`;

/** The sessions of users whom the provider has signed out. */
const ended = new Set();
const make = (options) =>
  new MonoCloudBaseInstance({
    issuer,
    clientId: 'monocloud-web',
    clientSecret: 'monocloud-web-secret',
    appUrl,
    cookieSecret: 'a secret of the application for its cookies',
    defaultAuthParams: { scope: 'openid profile email offline_access' },
    onBackChannelLogout: (sub, sid) => void ended.add(sid ?? sub),
    ...options,
  });
let auth = make();
/** The last error that the SDK gave to the application. */
let last;

/** A request and an answer as the SDK's adapters have them. */
async function adapt(request, response) {
  const url = new URL(request.url, appUrl);
  const pairs = (request.headers.cookie ?? '').split('; ').filter(Boolean).map((pair) => pair.split('=', 2));
  const cookies = new Map(pairs.map(([name, value]) => [name, decodeURIComponent(value)]));
  let body = '';
  for await (const chunk of request) body += chunk;
  const end = (status, headers, text) => response.writeHead(status, headers).end(text);
  return [
    {
      getCookie: async (name) => cookies.get(name),
      getAllCookies: async () => cookies,
      getRoute: () => undefined,
      getQuery: (name) => url.searchParams.get(name) ?? undefined,
      getRawRequest: async () => ({ method: request.method, url: request.url, body }),
    },
    {
      setCookie: async (name, value, { path, maxAge, expires }) => {
        const isOver = maxAge === 0 || (expires && expires <= new Date());
        response.appendHeader('set-cookie', `${name}=${encodeURIComponent(value)}; Path=${path}${isOver ? '; Max-Age=0' : ''}`);
      },
      redirect: (location, status = 302) => end(status, { location }),
      sendJson: (data, status = 200) => end(status, { 'content-type': 'application/json' }, JSON.stringify(data)),
      notFound: () => end(404),
      noContent: () => end(204),
      internalServerError: () => end(500),
      methodNotAllowed: () => end(405),
      setNoCache: () => response.setHeader('cache-control', 'no-store'),
      done: () => {},
    },
  ];
}

async function serve(request, response) {
  const [asked, answer] = await adapt(request, response);
  const onError = (error) => {
    last = error;
    response.writeHead(500).end(error.message);
  };
  const { pathname } = new URL(request.url, appUrl);
  switch (pathname) {
    case '/api/auth/signin':
      return auth.signIn(asked, answer, { onError });
    case '/api/auth/callback':
      return auth.callback(asked, answer, { onError });
    case '/api/auth/userinfo':
      return auth.userInfo(asked, answer, { refresh: true, onError });
    case '/api/auth/signout':
      return auth.signOut(asked, answer, { onError });
    case '/api/auth/backchannel-logout':
      return auth.backChannelLogout(asked, answer);
    case '/tokens':
      return auth.getTokens(asked, answer, { forceRefresh: true }).then((tokens) => answer.sendJson(tokens), onError);
    case '/me':
      return auth.getSession(asked, answer).then((session) => answer.sendJson(session?.user ?? null), onError);
    default:
      return answer.notFound();
  }
}

/** Makes the provider tell the application of sign-outs, and lets it lead back after one. */
async function register() {
  await reset();
  const state = await control('GET', 'worlds/default/state');
  const web = state.vendors.monocloud.applications.find((one) => one.id === 'monocloud-web');
  web.back_channel_logout_uri = `${appUrl}/api/auth/backchannel-logout`;
  await control('PUT', 'worlds/default/state', state);
}

/** Goes to the application's sign-in, and answers its browser and where the provider's page is. */
async function start() {
  const browser = new Browser();
  const answer = await browser.ask(`${appUrl}/api/auth/signin`);
  assert.equal(answer.status, 302, await answer.text());
  return { browser, url: answer.headers.get('location') };
}

/** Signs in by the page. Answers the browser and the status of the application's callback. */
async function signIn(user = 'user-active') {
  const { browser, url } = await start();
  const back = await browser.signIn('monocloud', url, `${appUrl}/api/auth/callback`, user);
  const { status } = await browser.ask(back);
  return { browser, status };
}

const ask = ({ browser }, path) => browser.ask(`${appUrl}${path}`);
const json = async (user, path) => (await ask(user, path)).json();

/** Asks for what the provider refuses, and answers the SDK's error. */
async function errorOf(call) {
  last = undefined;
  const answer = await call();
  assert.equal(answer.status, 500, await answer.text());
  return last;
}

async function check(what, body) {
  await register();
  ended.clear();
  checks += await attempt(what, body);
}

await check('a user signs in, and userinfo is asked', async () => {
  const user = await signIn();
  assert.equal(user.status, 302, last?.message);
  const me = await json(user, '/me');
  assert.deepEqual([me.sub, me.name], ['user-active', 'Ada Active']);
  assert.equal((await json(user, '/api/auth/userinfo')).sub, 'user-active');
});

await check('tokens are refreshed', async () => {
  const user = await signIn();
  const first = await json(user, '/tokens');
  const second = await json(user, '/tokens');
  assert.ok(first.accessToken && second.accessToken !== first.accessToken);
});

await check('the request is pushed where the application wants it', async () => {
  auth = make({ usePar: true });
  const { url } = await start();
  assert.ok(new URL(url).searchParams.get('request_uri'), url);
  const user = await signIn();
  assert.equal((await json(user, '/me')).sub, 'user-active');
  auth = make();
});

await check('for a user who is disabled, userinfo and refresh are refused, and the session of the application stays', async () => {
  const user = await signIn();
  await administrator.monocloud.stop('user-active');
  const userinfo = await errorOf(() => ask(user, '/api/auth/userinfo'));
  assert.ok(userinfo instanceof Error, String(userinfo));
  const refresh = await errorOf(() => ask(user, '/tokens'));
  assert.ok(refresh instanceof MonoCloudOPError, String(refresh));
  assert.equal(refresh.error, 'invalid_grant');
  assert.equal((await json(user, '/me')).sub, 'user-active');
  await administrator.monocloud.restore('user-active');
  assert.equal((await json(await signIn(), '/me')).sub, 'user-active');
});

await check('a user who is disabled with revocation is signed out of the application', async () => {
  const user = await signIn();
  await administrator.monocloud.stop('user-active', { revoke_sessions: true });
  for (let n = 0; n < 100 && ended.size === 0; n += 1) await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(ended.size, 1);
  assert.equal((await json(user, '/me')).sub, 'user-active'); // a cookie; what becomes of it is the application's
});

await check('signing out of the application ends the session at the provider', async () => {
  const user = await signIn();
  const out = await ask(user, '/api/auth/signout');
  const end = await user.browser.follow(out.headers.get('location'), appUrl);
  assert.ok(end.callback, end.text);
  assert.equal(await json(user, '/me'), null);
});

await check('a user who denies is an error of the provider', async () => {
  const { browser, url } = await start();
  const callback = `${appUrl}/api/auth/callback`;
  const denied = await browser.post(await browser.follow(url, callback), callback, { deny: '1' });
  const error = await errorOf(() => browser.ask(denied.callback));
  assert.ok(error instanceof MonoCloudOPError, String(error));
  assert.equal(error.error, 'access_denied');
});

await check('a code that is over is an error of the provider', async () => {
  const { browser, url } = await start();
  const back = await browser.signIn('monocloud', url, `${appUrl}/api/auth/callback`, 'user-active');
  await control('PUT', 'worlds/default/clock', { advance_ms: 301_000 });
  const error = await errorOf(() => browser.ask(back));
  assert.ok(error instanceof MonoCloudOPError, String(error));
  assert.equal(error.error, 'invalid_grant');
});

await check('a callback that nobody asked for is a wrong state', async () => {
  const error = await errorOf(() => new Browser().ask(`${appUrl}/api/auth/callback?code=x&state=y`));
  assert.ok(error instanceof MonoCloudValidationError, String(error));
});

checks += await defects('monocloud-auth', TOKEN_DEFECTS, async () => {
  const user = await signIn();
  if (user.status >= 400) throw last;
  assert.equal((await json(user, '/me'))?.sub, 'user-active');
});

// Logout tokens: refused ones leave the session alone.
for (const name of ['with-nonce', 'no-events', 'wrong-event', 'no-sub-sid']) {
  await register();
  ended.clear();
  await signIn();
  const told = once(server, 'request');
  await fault('disable_user', `token;defect=${name}`);
  await administrator.monocloud.stop('user-active', { revoke_sessions: true });
  const [, response] = await told;
  if (!response.writableFinished) await once(response, 'finish');
  console.log(`defect monocloud-auth ${name} ${ended.size ? 'accepted' : `refused ${response.statusCode}`}`);
  checks += 1;
}

server.close();
server.closeAllConnections();
await reset();
const { version } = JSON.parse(readFileSync(new URL('node_modules/@monocloud/node-auth-core/package.json', import.meta.url)));
console.log(`@monocloud/node-auth-core ${version}: ${checks} checks`);
