// express-openid-connect, unmodified: an application with sessions that MonoCloud's back-channel logout ends.
//
// node test.mjs URL, with the variables of `fauxidp env URL`. The last line on stdout is `<package> <version>: <n> checks`.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import express from 'express';
import oidc from 'express-openid-connect';
import { attempt } from './attempt.mjs';
import { Browser, administrator, control, defects, fault, reset, TOKEN_DEFECTS } from './sign-in.mjs';

const secure = process.argv[2].replace('http:', 'https:');
let checks = 0;

/** A store of sessions in memory, as `express-session` has it. */
class Store extends Map {
  get(id, done) {
    done(null, super.get(id));
  }

  set(id, value, done) {
    super.set(id, value);
    done(null);
  }

  destroy(id, done) {
    super.delete(id);
    done(null);
  }
}

const app = express();
const server = app.listen(0, '127.0.0.1');
await once(server, 'listening');
const baseURL = `http://localhost:${server.address().port}`;
app.use('/backchannel-logout', (_request, answer, next) => {
  answer.on('finish', () => app.emit('told', answer.statusCode));
  next();
});
app.use(
  oidc.auth({
    issuerBaseURL: `${secure}/monocloud`,
    baseURL,
    clientID: 'monocloud-web',
    clientSecret: 'monocloud-web-secret',
    secret: 'a secret of the application for its cookies',
    authRequired: false,
    idpLogout: true,
    session: { store: new Store() },
    backchannelLogout: true,
    authorizationParams: { response_type: 'code', scope: 'openid profile email read' },
  }),
);
app.get('/me', (request, answer) => answer.json(request.oidc.user ?? null));
app.get('/userinfo', async (request, answer, next) => request.oidc.fetchUserInfo().then((user) => answer.json(user), next));
app.use((error, _request, answer, _next) => answer.status(error.status ?? 500).json({ error: error.error ?? error.name, text: error.message }));

/** Makes the provider tell the application of sign-outs. */
async function registerBackChannel() {
  await reset();
  const state = await control('GET', 'worlds/default/state');
  const web = state.vendors.monocloud.applications.find((one) => one.id === 'monocloud-web');
  web.back_channel_logout_uri = `${baseURL}/backchannel-logout`;
  await control('PUT', 'worlds/default/state', state);
}

/** Signs in, and answers the browser and what the application says of the callback. */
async function signIn(user = 'user-active') {
  const browser = new Browser();
  const login = await browser.ask(`${baseURL}/login`);
  const back = await browser.signIn('monocloud', login.headers.get('location'), `${baseURL}/callback`, user);
  const answer = await browser.ask(back);
  return { browser, status: answer.status, text: await answer.text() };
}

/** Disables the user and ends the sessions; answers the status that the application gave to the logout token. */
async function disableWithRevocation() {
  const told = once(app, 'told', { signal: AbortSignal.timeout(10_000) });
  await administrator.monocloud.stop('user-active', { revoke_sessions: true });
  return (await told)[0];
}

const me = async ({ browser }) => (await browser.ask(`${baseURL}/me`)).json();

async function check(what, body) {
  await registerBackChannel();
  checks += await attempt(what, body);
}

await check('a user signs in', async () => {
  const user = await signIn();
  assert.equal((await me(user)).sub, 'user-active');
  assert.equal((await (await user.browser.ask(`${baseURL}/userinfo`)).json()).name, 'Ada Active');
});

await check('a user who is disabled stays in the application, and userinfo refuses', async () => {
  const user = await signIn();
  await administrator.monocloud.stop('user-active');
  assert.equal((await me(user)).sub, 'user-active');
  const refused = await (await user.browser.ask(`${baseURL}/userinfo`)).json();
  assert.equal(refused.error, 'WWWAuthenticateChallengeError', refused.text);
});

await check('a user who is disabled with revocation is signed out of the application', async () => {
  const user = await signIn();
  assert.equal(await disableWithRevocation(), 204);
  assert.equal(await me(user), null);
});

await check('signing out of the application ends the session at the provider', async () => {
  const user = await signIn();
  const out = await user.browser.ask(`${baseURL}/logout`);
  const end = await user.browser.follow(out.headers.get('location'), baseURL);
  assert.ok(end.callback, end.text);
  assert.equal(await me(user), null);
});

await check('an error of the provider comes as the error of the library', async () => {
  const browser = new Browser();
  const login = await browser.ask(`${baseURL}/login`);
  const page = await browser.follow(login.headers.get('location'), `${baseURL}/callback`);
  const { callback } = await browser.post(page, `${baseURL}/callback`, { deny: '1' });
  const answer = await browser.ask(callback);
  assert.deepEqual([answer.status, (await answer.json()).error], [400, 'access_denied']);
});

checks += await defects('express-openid-connect', TOKEN_DEFECTS.filter((name) => !name.startsWith('userinfo')), async () => {
  const user = await signIn();
  if (user.status >= 400) throw new Error(user.text);
  assert.equal((await me(user))?.sub, 'user-active');
});

// Logout tokens: refused ones leave the session alone.
for (const name of ['with-nonce', 'no-events', 'wrong-event', 'no-sub-sid']) {
  await registerBackChannel();
  const user = await signIn();
  await fault('disable_user', `token;defect=${name}`);
  const status = await disableWithRevocation();
  console.log(`defect express-openid-connect ${name} ${(await me(user)) ? `refused ${status}` : 'accepted'}`);
  checks += 1;
}

server.close();
server.closeAllConnections();
await reset();
const { version } = JSON.parse(readFileSync(new URL('node_modules/express-openid-connect/package.json', import.meta.url)));
console.log(`express-openid-connect ${version}: ${checks} checks`);
