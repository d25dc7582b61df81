// passport-zitadel, unmodified: an API that asks ZITADEL about each token, by its secret and by its key.
//
// node test.mjs URL, with the variables of `fauxidp env URL`. The last line on stdout is `<package> <version>: <n> checks`.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { ZitadelIntrospectionStrategy } from 'passport-zitadel';
import { Browser, administrator, reset, zitadelCall } from './sign-in.mjs';

const url = process.argv[2];
const callback = 'http://localhost:3000/callback';
let checks = 0;

/** What the strategy makes of a request with that header: a user, a refusal or an error. */
function authenticate(strategy, authorization) {
  return new Promise((resolve) => {
    const request = Object.create(strategy);
    request.success = (user) => resolve({ user });
    request.fail = (refusal) => resolve({ refusal: refusal.message });
    request.error = (error) => resolve({ error });
    request.authenticate({ headers: authorization ? { authorization } : {} });
  });
}

/** Tokens for a user by a public client, through a login page of our own. */
async function signIn() {
  const verifier = 'a'.repeat(43);
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  const asked = new URL('/oauth/v2/authorize', url);
  asked.search = new URLSearchParams({
    client_id: 'zitadel-spa',
    redirect_uri: callback,
    response_type: 'code',
    scope: 'openid profile urn:zitadel:iam:org:project:id:69629023906488500:aud',
    code_challenge: Buffer.from(digest).toString('base64url'),
    code_challenge_method: 'S256',
  });
  const back = await new Browser().signIn('zitadel', asked, callback, 'human-active');
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    client_id: 'zitadel-spa',
    redirect_uri: callback,
    code: back.searchParams.get('code'),
    code_verifier: verifier,
  });
  return (await fetch(`${url}/oauth/v2/token`, { method: 'POST', body })).json();
}

await reset();
const apps = '/management/v1/projects/69629023906488500/apps';
const app = await zitadelCall(`${apps}/api`, { name: 'by-key', authMethodType: 'API_AUTH_METHOD_TYPE_PRIVATE_KEY_JWT' });
const made = await zitadelCall(`${apps}/${app.appId}/keys`, { type: 'KEY_TYPE_JSON' });
const profile = JSON.parse(Buffer.from(made.keyDetails, 'base64').toString());
const ways = {
  secret: { type: 'basic', clientId: 'zitadel-api', clientSecret: 'zitadel-api-secret' },
  key: { type: 'jwt-profile', profile },
};

for (const [name, authorization] of Object.entries(ways)) {
  const strategy = await ZitadelIntrospectionStrategy.create({ authority: url, authorization });
  const { access_token: token } = await signIn();
  const { user, error } = await authenticate(strategy, `Bearer ${token}`);
  assert.equal(user?.sub, 'human-active', `${name}: ${error}`);
  assert.ok(user['urn:zitadel:iam:org:project:roles']?.admin, `${name}: ${JSON.stringify(user)}`);
  checks += 2;

  assert.match((await authenticate(strategy)).refusal, /No bearer token/);
  assert.equal((await authenticate(strategy, 'Bearer nonsense')).refusal, 'Token is not active');
  checks += 2;

  await administrator.zitadel.stop('human-active');
  assert.equal((await authenticate(strategy, `Bearer ${token}`)).refusal, 'Token is not active', name);
  await administrator.zitadel.restore('human-active');
  assert.equal((await authenticate(strategy, `Bearer ${token}`)).refusal, 'Token is not active', 'it stays dead');
  const again = await signIn();
  assert.equal((await authenticate(strategy, `Bearer ${again.access_token}`)).user?.sub, 'human-active');
  checks += 3;
}

const authorization = { ...ways.secret, clientSecret: 'not-the-secret' };
const stranger = await ZitadelIntrospectionStrategy.create({ authority: url, authorization });
const { error } = await authenticate(stranger, 'Bearer nonsense');
assert.equal(error.name, 'AxiosError');
assert.deepEqual([error.response.status, error.response.data.error], [400, 'unauthorized_client']);
checks += 1;

await reset();
const { version } = JSON.parse(readFileSync(new URL('node_modules/passport-zitadel/package.json', import.meta.url)));
console.log(`passport-zitadel ${version}: ${checks} checks`);
