// openid-client, unmodified, through its whole story at both issuers.
//
// node test.mjs URL, with the variables of `fauxidp env URL`. The last line on stdout is `<package> <version>: <n> checks`.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as client from 'openid-client';
import { attempt } from './attempt.mjs';
import { Browser, TOKEN_DEFECTS, administrator, control, defects, reset } from './sign-in.mjs';

const url = process.argv[2];
const secure = url.replace('http:', 'https:');
const callback = 'http://localhost:3000/callback';
let checks = 0;

async function check(what, body) {
  await reset();
  checks += await attempt(what, body);
}

/** Asserts that a call ends in the client's own error: the server's `error` in a response, or a check of the client. */
async function refused(call, kind, code) {
  const error = await call.then(
    () => assert.fail('the call succeeded'),
    (error) => error,
  );
  assert.ok(error instanceof kind, error);
  assert.equal(error.error ?? error.code, code, error);
  return error;
}
const { ResponseBodyError, AuthorizationResponseError, ClientError, WWWAuthenticateChallengeError } = client;

const issuers = {
  monocloud: {
    issuer: `${secure}/monocloud`,
    web: ['monocloud-web', 'monocloud-web-secret'],
    spa: 'monocloud-spa',
    device: 'monocloud-device',
    api: ['monocloud-api', 'monocloud-api-secret'],
    machine: ['monocloud-m2m', 'monocloud-m2m-secret', 'read'],
    scope: 'openid profile email offline_access read',
    user: 'user-active',
    name: 'Ada Active',
    refusals: { codeAgain: 'invalid_grant', notARefreshToken: 'invalid_grant', stopped: 'invalid_grant', machine: 'invalid_client' },
  },
  zitadel: {
    issuer: secure,
    web: ['zitadel-web', 'zitadel-web-secret'],
    spa: 'zitadel-spa',
    device: 'zitadel-native',
    api: ['zitadel-api', 'zitadel-api-secret'],
    machine: ['machine-with-secret', 'machine-secret', 'openid'],
    scope: 'openid profile email offline_access urn:zitadel:iam:org:project:id:69629023906488500:aud',
    user: 'human-active',
    name: 'Ada Active',
    refusals: { codeAgain: 'invalid_request', notARefreshToken: 'invalid_request', stopped: 'invalid_request', machine: 'invalid_request' },
  },
};

async function discover(own, id, secret, authentication) {
  return client.discovery(new URL(own.issuer), id, secret, authentication ?? (secret ? undefined : client.None()));
}

/** A code by PKCE for a client; answers what the token endpoint needs. */
async function authorize(config, vendor, own, more = {}, browser = new Browser()) {
  const verifier = client.randomPKCECodeVerifier();
  const [state, nonce] = [client.randomState(), client.randomNonce()];
  const asked = client.buildAuthorizationUrl(config, {
    redirect_uri: callback,
    scope: own.scope,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
    ...more,
  });
  const back = await browser.signIn(vendor, asked, callback, own.user);
  return { back, verifier, checks: { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true } };
}

async function signIn(config, vendor, own, more, browser) {
  const { back, checks } = await authorize(config, vendor, own, more, browser);
  return client.authorizationCodeGrant(config, back, checks);
}

for (const [vendor, own] of Object.entries(issuers)) {
  const web = await discover(own, ...own.web);
  const api = await discover(own, ...own.api);
  const spa = await discover(own, own.spa);
  const introspect = (token) => client.tokenIntrospection(api, token);

  await check(`${vendor}: a secret client signs a user in`, async () => {
    const tokens = await signIn(web, vendor, own);
    const { sub } = tokens.claims();
    assert.equal(sub, own.user);
    assert.equal((await client.fetchUserInfo(web, tokens.access_token, sub)).name, own.name);
    assert.equal((await introspect(tokens.access_token)).active, true);
    assert.ok(tokens.expiresIn() > 60);
  });

  for (const [name, way] of [['post', client.ClientSecretPost], ['basic', client.ClientSecretBasic]]) {
    if (vendor === 'zitadel' && name === 'post') continue; // its application is of the method basic
    await check(`${vendor}: client_secret_${name}`, async () => {
      const tokens = await signIn(await discover(own, own.web[0], undefined, way(own.web[1])), vendor, own);
      assert.equal(tokens.claims().sub, own.user);
    });
  }

  await check(`${vendor}: refresh`, async () => {
    const tokens = await signIn(spa, vendor, own);
    const again = await client.refreshTokenGrant(spa, tokens.refresh_token);
    assert.notEqual(again.access_token, tokens.access_token);
    assert.equal(again.claims().sub, own.user);
    await refused(client.refreshTokenGrant(spa, 'nonsense'), ResponseBodyError, own.refusals.notARefreshToken);
  });

  await check(`${vendor}: what a code is refused for`, async () => {
    const first = await authorize(spa, vendor, own);
    await client.authorizationCodeGrant(spa, first.back, first.checks);
    await refused(client.authorizationCodeGrant(spa, first.back, first.checks), ResponseBodyError, own.refusals.codeAgain);
    const other = await authorize(spa, vendor, own);
    const wrong = { ...other.checks, pkceCodeVerifier: client.randomPKCECodeVerifier() };
    await refused(client.authorizationCodeGrant(spa, other.back, wrong), ResponseBodyError, 'invalid_grant');
    const third = await authorize(spa, vendor, own);
    await refused(client.authorizationCodeGrant(spa, third.back, { ...third.checks, expectedState: 'other' }), ClientError, 'OAUTH_INVALID_RESPONSE');
    await refused(client.authorizationCodeGrant(spa, third.back, { ...third.checks, expectedNonce: 'other' }), ClientError, 'OAUTH_JWT_CLAIM_COMPARISON_FAILED');
    const stranger = await discover(own, own.web[0], 'not-the-secret');
    const fourth = await authorize(web, vendor, own);
    await refused(client.authorizationCodeGrant(stranger, fourth.back, fourth.checks), ResponseBodyError, 'invalid_client');
  });

  // ZITADEL leaves it to its login page.
  if (vendor === 'monocloud') await check(`${vendor}: prompt=none without a session`, async () => {
    const { back, checks } = await authorize(web, vendor, own, { prompt: 'none' });
    await refused(client.authorizationCodeGrant(web, back, checks), AuthorizationResponseError, 'login_required');
  });

  await check(`${vendor}: a user who is stopped`, async () => {
    const tokens = await signIn(spa, vendor, own);
    const open = await authorize(spa, vendor, own);
    await administrator[vendor].stop(own.user);
    await refused(client.refreshTokenGrant(spa, tokens.refresh_token), ResponseBodyError, own.refusals.stopped);
    await refused(client.authorizationCodeGrant(spa, open.back, open.checks), ResponseBodyError, own.refusals.stopped);
    const error = await client.fetchUserInfo(spa, tokens.access_token, own.user).then(
      () => assert.fail('userinfo answered'),
      (error) => error,
    );
    // ZITADEL sends no challenge with it, which the client says is not as it should be.
    assert.ok(error instanceof (vendor === 'zitadel' ? ClientError : WWWAuthenticateChallengeError), error);
    assert.equal(error.status ?? error.cause.status, 401);
    assert.equal((await introspect(tokens.access_token)).active, false);
    await administrator[vendor].restore(own.user);
    assert.equal((await signIn(spa, vendor, own)).claims().sub, own.user);
  });

  await check(`${vendor}: introspection and revocation`, async () => {
    const tokens = await signIn(web, vendor, own);
    assert.equal((await introspect(tokens.access_token)).sub, own.user);
    await client.tokenRevocation(web, tokens.refresh_token);
    await refused(client.refreshTokenGrant(web, tokens.refresh_token), ResponseBodyError, own.refusals.notARefreshToken);
    assert.equal((await introspect('nonsense')).active, false);
  });

  await check(`${vendor}: client credentials`, async () => {
    const [id, secret, scope] = own.machine;
    const machine = await discover(own, id, secret);
    assert.ok((await client.clientCredentialsGrant(machine, { scope })).access_token);
    await refused(client.clientCredentialsGrant(await discover(own, id, 'wrong'), { scope }), ResponseBodyError, own.refusals.machine);
  });

  await check(`${vendor}: end of session`, async () => {
    const browser = new Browser();
    const tokens = await signIn(web, vendor, own, {}, browser);
    const end = client.buildEndSessionUrl(web, {
      post_logout_redirect_uri: 'http://localhost:3000/',
      id_token_hint: tokens.id_token,
      state: 'bye',
    });
    const { callback: back } = await browser.follow(end, 'http://localhost:3000/');
    assert.equal(back?.searchParams.get('state'), 'bye');
    if (vendor === 'zitadel') {
      assert.equal((await introspect(tokens.access_token)).active, false);
      return;
    }
    const { back: silent, checks } = await authorize(web, vendor, own, { prompt: 'none' }, browser);
    await refused(client.authorizationCodeGrant(web, silent, checks), AuthorizationResponseError, 'login_required');
  });

  await check(`${vendor}: device`, async () => {
    const device = await discover(own, own.device);
    const asked = await client.initiateDeviceAuthorization(device, { scope: own.scope });
    const browser = new Browser();
    let page = await browser.follow(asked.verification_uri_complete ?? asked.verification_uri, 'app:');
    for (let n = 0; n < 3 && /name="fauxidp_user"|name="approve"|value="allow"/.test(page.text); n += 1) {
      page = await browser.post(page, 'app:', { user_code: asked.user_code, fauxidp_user: own.user });
    }
    const tokens = await client.pollDeviceAuthorizationGrant(device, { ...asked, interval: 1 });
    assert.equal(tokens.claims().sub, own.user);
  });
}

await check('monocloud: a pushed request', async () => {
  const own = issuers.monocloud;
  const web = await discover(own, ...own.web);
  const parameters = { redirect_uri: callback, scope: own.scope, state: 'pushed' };
  const asked = await client.buildAuthorizationUrlWithPAR(web, parameters);
  assert.deepEqual([...asked.searchParams.keys()].sort(), ['client_id', 'request_uri']);
  const back = await new Browser().signIn('monocloud', asked, callback, own.user);
  assert.equal((await client.authorizationCodeGrant(web, back, { expectedState: 'pushed' })).claims().sub, own.user);
  const unregistered = { ...parameters, redirect_uri: 'https://elsewhere.example/' };
  await refused(client.buildAuthorizationUrlWithPAR(web, unregistered), ResponseBodyError, 'invalid_request');
});

await check('monocloud: a code that has expired', async () => {
  const own = issuers.monocloud;
  const spa = await discover(own, own.spa);
  const late = await authorize(spa, 'monocloud', own);
  await control('PUT', 'worlds/default/clock', { advance_ms: 301_000 });
  await refused(client.authorizationCodeGrant(spa, late.back, late.checks), ResponseBodyError, 'invalid_grant');
});

await check('monocloud: deny', async () => {
  const own = issuers.monocloud;
  const web = await discover(own, ...own.web);
  const browser = new Browser();
  const page = await browser.follow(client.buildAuthorizationUrl(web, { redirect_uri: callback, scope: 'openid' }), callback);
  const { callback: back } = await browser.post(page, callback, { deny: '1' });
  await refused(client.authorizationCodeGrant(web, back), AuthorizationResponseError, 'access_denied');
});

checks += await defects('openid-client', TOKEN_DEFECTS, async (defect) => {
  const own = issuers.monocloud;
  const web = await discover(own, ...own.web);
  client.enableNonRepudiationChecks(web);
  const tokens = await signIn(web, 'monocloud', own);
  // Userinfo is asked for its own defect alone: the server would refuse some of its own wrong tokens itself.
  if (!defect || defect.startsWith('userinfo')) {
    await client.fetchUserInfo(web, tokens.access_token, tokens.claims().sub);
  }
});

const { version } = JSON.parse(readFileSync(new URL('node_modules/openid-client/package.json', import.meta.url)));
console.log(`openid-client ${version}: ${checks} checks`);
