// The modules of the OpenID Foundation's plans for providers (basic, config, RP-initiated and back-channel logout), as cases of
// ours under their names, against MonoCloud's face over TLS. A driver of ours: the suite itself cannot be had here.
//
// node test.mjs URL, with the variables of `fauxidp env URL`. The last line on stdout is `<package> <version>: <n> checks`.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { createHash, randomBytes } from 'node:crypto';
import { jwtVerify } from 'jose';
import {
  CALLBACK, CLIENT, ISSUER, USER, asClient, authorize, checkBack, checkTokens, form, keys, now, provider, redeem, refused, request,
  signIn, userinfo, wait,
} from './provider.mjs';
import { Browser, control, monocloudCall, reset } from './sign-in.mjs';

const AFTER = 'http://localhost:3000/';
const is = (text) => typeof text === 'string' && text.length > 0;
const succeeds = (more) => async () => void (await signIn(more));

/** Userinfo of a user who has all claims, with that scope. */
const scope = (name, ...expected) => async () => {
  const headers = { 'x-api-key': process.env.MONOCLOUD_MANAGEMENT_API_KEY, 'content-type': 'application/json' };
  const api = `${process.env.ZITADEL_URL}/api/users/${USER}`;
  const claims = JSON.stringify({ address: { locality: 'London', country: 'UK' }, nickname: 'Ada' });
  const changed = await fetch(`${api}/claims`, { method: 'PATCH', headers, body: claims });
  assert.ok(changed.ok, await changed.text());
  await monocloudCall(`/api/users/${USER}/phones`, { phone_number: '+441514960023', verified: true });
  const members = await userinfo(await signIn({ scope: `openid ${name}` }));
  for (const claim of expected) assert.ok(claim in members, `${claim} in ${JSON.stringify(members)}`);
};

const basic = {
  async 'oidcc-server'() {
    const done = await signIn();
    assert.equal(done.claims.sub, USER);
    await userinfo(done);
  },
  async 'oidcc-response-type-missing'() {
    const asked = request({ response_type: undefined });
    const page = await new Browser().follow(asked, CALLBACK);
    if (page.callback) assert.ok(['invalid_request', 'unsupported_response_type'].includes(checkBack(page.callback, asked).get('error')));
    else assert.equal(page.status, 400);
  },
  async 'oidcc-idtoken-signature'() {
    const { keys: published } = await (await fetch(provider.jwks_uri)).json();
    assert.equal(new Set(published.map(({ kid }) => kid)).size, published.length, 'each key has an id of its own');
    for (const key of published) assert.ok(!key.d && key.kty === 'RSA' && key.n && key.e);
    await signIn();
  },
  async 'oidcc-userinfo-get'() {
    await userinfo(await signIn());
  },
  async 'oidcc-userinfo-post-header'() {
    await userinfo(await signIn(), 'POST');
  },
  async 'oidcc-userinfo-post-body'() {
    const { access_token, claims } = await signIn();
    const answer = await form(provider.userinfo_endpoint, { access_token });
    assert.equal((await answer.json()).sub, claims.sub);
  },
  'oidcc-ensure-request-without-nonce-succeeds-for-code-flow': succeeds({ nonce: undefined }),
  'oidcc-scope-profile': scope('profile', 'name', 'given_name', 'family_name', 'nickname', 'updated_at'),
  'oidcc-scope-email': scope('email', 'email', 'email_verified'),
  'oidcc-scope-address': scope('address', 'address'),
  'oidcc-scope-phone': scope('phone', 'phone_number', 'phone_number_verified'),
  'oidcc-scope-all': scope('profile email address phone', 'name', 'email', 'address', 'phone_number'),
  async 'oidcc-alternate-happy-flow'() {
    // Scopes and parameters in another order.
    const asked = request({ scope: 'email profile openid' });
    const turned = new URL(asked);
    turned.search = new URLSearchParams([...asked.searchParams].reverse());
    const back = await new Browser().signIn('monocloud', turned, CALLBACK, USER);
    await checkTokens(await redeem({ asked, given: checkBack(back, asked) }), asked);
  },
  'oidcc-display-page': succeeds({ display: 'page' }),
  'oidcc-display-popup': succeeds({ display: 'popup' }),
  'oidcc-ensure-request-with-unknown-parameter-succeeds': succeeds({ extra: 'foobar' }),
  async 'oidcc-login-hint'() {
    const done = await signIn({ login_hint: 'ada.active@example.com' });
    assert.equal(done.claims.sub, USER);
  },
  'oidcc-ui-locales': succeeds({ ui_locales: 'se fr' }),
  'oidcc-claims-locales': succeeds({ claims_locales: 'se' }),
  'oidcc-ensure-request-with-acr-values-succeeds': succeeds({ acr_values: '1 2' }),
  async 'oidcc-codereuse'() {
    const done = await authorize();
    await checkTokens(await redeem(done), done.asked);
    await refused(await redeem(done), 'invalid_grant');
  },
  async 'oidcc-codereuse-30seconds'() {
    const done = await authorize();
    await checkTokens(await redeem(done), done.asked);
    await wait(31);
    await refused(await redeem(done), 'invalid_grant');
  },
  async 'oidcc-ensure-registered-redirect-uri'() {
    const page = await new Browser().follow(request({ redirect_uri: 'https://elsewhere.example/callback' }), 'https://elsewhere.example');
    assert.ok(!page.callback && page.status === 400, 'the user is told, and not led there');
  },
  async 'oidcc-ensure-post-request-succeeds'() {
    const asked = request();
    const browser = new Browser();
    const sent = { method: 'POST', body: asked.searchParams };
    const page = await browser.follow(provider.authorization_endpoint, CALLBACK, sent);
    const { callback } = await browser.post(page, CALLBACK, { fauxidp_user: USER });
    await checkTokens(await redeem({ asked, given: checkBack(callback, asked) }), asked);
  },
  async 'oidcc-server-client-secret-post'() {
    const done = await authorize();
    await checkTokens(await redeem(done, 'post'), done.asked);
  },
  async 'oidcc-claims-essential'() {
    const done = await signIn({ scope: 'openid profile', claims: '{"userinfo":{"name":{"essential":true}}}' });
    assert.ok(is((await userinfo(done)).name));
  },
  async 'oidcc-refresh-token'() {
    const done = await signIn({ scope: 'openid offline_access', prompt: 'consent' });
    const members = { grant_type: 'refresh_token', refresh_token: done.refresh_token };
    const again = await checkTokens(await asClient(provider.token_endpoint, members), done.asked, true);
    assert.notEqual(again.access_token, done.access_token);
    for (const name of ['iss', 'sub', 'auth_time']) assert.equal(again.claims[name], done.claims[name], name);
    assert.deepEqual(again.claims.aud, done.claims.aud);
    const spa = { ...members, refresh_token: again.refresh_token, client_id: 'monocloud-spa' };
    await refused(await form(provider.token_endpoint, spa), 'invalid_grant');
  },
  async 'oidcc-ensure-request-with-valid-pkce-succeeds'() {
    const verifier = randomBytes(32).toString('base64url');
    const code_challenge = createHash('sha256').update(verifier).digest('base64url');
    const done = await authorize({ code_challenge, code_challenge_method: 'S256' });
    await checkTokens(await redeem(done, 'basic', { code_verifier: verifier }), done.asked);
  },
  async 'oidcc-prompt-login'() {
    const first = await signIn({ max_age: 10000 });
    await wait(2);
    const second = await signIn({ prompt: 'login', max_age: 10000 }, first.browser);
    assert.ok(second.shown, 'the user is asked again');
    assert.ok(second.claims.auth_time > first.claims.auth_time);
  },
  async 'oidcc-prompt-none-not-logged-in'() {
    const { shown, given } = await authorize({ prompt: 'none' });
    assert.ok(!shown && ['login_required', 'interaction_required'].includes(given.get('error')), String(given));
  },
  async 'oidcc-prompt-none-logged-in'() {
    const first = await signIn({ max_age: 10000 });
    const second = await signIn({ prompt: 'none', max_age: 10000 }, first.browser);
    assert.ok(!second.shown);
    for (const name of ['sub', 'auth_time']) assert.equal(second.claims[name], first.claims[name], name);
  },
  async 'oidcc-id-token-hint'() {
    const first = await signIn();
    const second = await signIn({ prompt: 'none', id_token_hint: first.id_token }, first.browser);
    assert.equal(second.claims.sub, first.claims.sub);
  },
  async 'oidcc-max-age-1'() {
    const first = await signIn();
    await wait(3);
    const second = await signIn({ max_age: 1 }, first.browser);
    assert.ok(second.shown, 'the user is asked again');
    assert.ok(second.claims.auth_time > (first.claims.auth_time ?? 0));
  },
  async 'oidcc-max-age-10000'() {
    const first = await signIn({ max_age: 15000 });
    await wait(3);
    const second = await signIn({ max_age: 10000 }, first.browser);
    assert.ok(!second.shown);
    for (const name of ['sub', 'auth_time']) assert.equal(second.claims[name], first.claims[name], name);
  },
};

/** Modules that the suite runs only where discovery says so. */
const SKIPPED = {
  'oidcc-idtoken-unsigned': () => provider.id_token_signing_alg_values_supported.includes('none'),
  'oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported': () => provider.request_uri_parameter_supported,
  'oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported': () => provider.request_parameter_supported,
  'oidcc-ensure-request-object-with-redirect-uri': () => provider.request_parameter_supported,
};

const config = {
  'oidcc-discovery-endpoint-verification'() {
    assert.equal(provider.issuer, ISSUER);
    for (const [name, value] of Object.entries(provider)) {
      if (/_endpoint$|_uri$/.test(name)) assert.equal(new URL(value).protocol, 'https:', name);
      if (/_supported$/.test(name) && Array.isArray(value)) assert.ok(value.length > 0 && value.every(is), name);
    }
    for (const scope of provider.scopes_supported) assert.match(scope, /^[\x21\x23-\x5b\x5d-\x7e]+$/);
    const has = (name, ...values) => values.forEach((value) => assert.ok(provider[name].includes(value), `${value} in ${name}`));
    has('scopes_supported', 'openid');
    has('response_types_supported', 'code');
    has('grant_types_supported', 'authorization_code');
    has('subject_types_supported', 'public');
    has('id_token_signing_alg_values_supported', 'RS256');
    has('token_endpoint_auth_methods_supported', 'client_secret_basic', 'client_secret_post');
    for (const name of ['authorization_endpoint', 'token_endpoint', 'userinfo_endpoint', 'jwks_uri']) assert.ok(is(provider[name]), name);
  },
};

/** Signs in, goes to the end of the session with that, and answers where it leads. */
async function signOut(members, callback = 'http://localhost:3000') {
  const done = await signIn();
  const url = new URL(provider.end_session_endpoint);
  const given = Object.entries(members(done)).filter(([, value]) => value !== undefined);
  url.search = new URLSearchParams(given);
  const page = await done.browser.follow(url, callback);
  const silent = await authorize({ prompt: 'none' }, done.browser);
  return { ...done, page, isSignedIn: silent.given.has('code') };
}

const rpInitiated = {
  async 'oidcc-rp-initiated-logout-discovery-endpoint-verification'() {
    assert.equal(new URL(provider.end_session_endpoint).protocol, 'https:');
  },
  async 'oidcc-rp-initiated-logout'() {
    const { page, isSignedIn } = await signOut(({ id_token }) => ({ id_token_hint: id_token, post_logout_redirect_uri: AFTER, state: 'bye' }));
    assert.equal(String(page.callback), `${AFTER}?state=bye`);
    assert.equal(isSignedIn, false);
  },
  async 'oidcc-rp-initiated-logout-bad-post-logout-redirect-uri'() {
    const bad = 'https://elsewhere.example/';
    const { page } = await signOut(({ id_token }) => ({ id_token_hint: id_token, post_logout_redirect_uri: bad, state: 'bye' }));
    assert.ok(!page.callback, 'it does not lead there');
    assert.ok(String(page.url).startsWith(new URL(ISSUER).origin), String(page.url));
  },
  async 'oidcc-rp-initiated-logout-bad-id-token-hint'() {
    const { page } = await signOut(() => ({ id_token_hint: 'not-a-token', post_logout_redirect_uri: AFTER, state: 'bye' }));
    assert.ok(!page.callback, 'it does not lead there');
  },
  async 'oidcc-rp-initiated-logout-modified-id-token-hint'() {
    const modified = ({ id_token }) => {
      const [header, claims, signature] = id_token.split('.');
      const changed = { ...JSON.parse(Buffer.from(claims, 'base64url')), sub: 'somebody-else' };
      return [header, Buffer.from(JSON.stringify(changed)).toString('base64url'), signature].join('.');
    };
    const { page } = await signOut((done) => ({ id_token_hint: modified(done), post_logout_redirect_uri: AFTER, state: 'bye' }));
    assert.ok(!page.callback, 'it does not lead there');
  },
  async 'oidcc-rp-initiated-logout-no-id-token-hint'() {
    const { page } = await signOut(() => ({ post_logout_redirect_uri: AFTER, state: 'bye' }));
    assert.ok(!page.callback, 'nobody says whose URI it is');
  },
  async 'oidcc-rp-initiated-logout-no-params'() {
    const { page, isSignedIn } = await signOut(() => ({}));
    assert.equal(page.status, 200);
    assert.equal(isSignedIn, false);
  },
  async 'oidcc-rp-initiated-logout-no-post-logout-redirect-uri'() {
    const { page, isSignedIn } = await signOut(({ id_token }) => ({ id_token_hint: id_token, state: 'bye' }));
    assert.deepEqual([page.status, isSignedIn], [200, false]);
  },
  async 'oidcc-rp-initiated-logout-no-state'() {
    const { page } = await signOut(({ id_token }) => ({ id_token_hint: id_token, post_logout_redirect_uri: AFTER }));
    assert.equal(String(page.callback), AFTER);
  },
  async 'oidcc-rp-initiated-logout-only-state'() {
    const { page } = await signOut(() => ({ state: 'bye' }));
    assert.equal(page.status, 200);
  },
  async 'oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri'() {
    // On a host of its own: on this machine, a seeded application takes any URI.
    const [registered, added] = ['https://app.example/after', 'https://app.example/after?extra=1'];
    const state = await control('GET', 'worlds/default/state');
    state.vendors.monocloud.applications.find(({ id }) => id === CLIENT.id).post_logout_redirect_uris.push(registered);
    await control('PUT', 'worlds/default/state', state);
    for (const [uri, leads] of [[registered, true], [added, false]]) {
      const members = ({ id_token }) => ({ id_token_hint: id_token, post_logout_redirect_uri: uri, state: 'bye' });
      const { page } = await signOut(members, 'https://app.example');
      assert.equal(Boolean(page.callback), leads, uri);
    }
  },
};

const backChannel = {
  async 'oidcc-backchannel-logout-discovery-endpoint-verification'() {
    assert.deepEqual([provider.backchannel_logout_supported, provider.backchannel_logout_session_supported], [true, true]);
  },
  async 'oidcc-backchannel-rp-initiated-logout'() {
    const server = http.createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const state = await control('GET', 'worlds/default/state');
    const web = state.vendors.monocloud.applications.find(({ id }) => id === CLIENT.id);
    web.back_channel_logout_uri = `http://127.0.0.1:${server.address().port}/`;
    await control('PUT', 'worlds/default/state', state);
    const told = once(server, 'request', { signal: AbortSignal.timeout(10_000) }).then(async ([asked, answer]) => {
      const text = (await asked.setEncoding('utf8').toArray()).join('');
      answer.end();
      return { method: asked.method, type: asked.headers['content-type'], token: new URLSearchParams(text).get('logout_token') };
    });
    const { claims } = await signOut(({ id_token }) => ({ id_token_hint: id_token, post_logout_redirect_uri: AFTER, state: 'bye' }));
    const { method, type, token } = await told;
    server.close();
    assert.deepEqual([method, type.split(';')[0]], ['POST', 'application/x-www-form-urlencoded']);
    const checks = { issuer: ISSUER, audience: CLIENT.id, algorithms: ['RS256'], currentDate: await now(), requiredClaims: ['iat', 'jti'] };
    const { payload } = await jwtVerify(token, keys, checks);
    assert.deepEqual(payload.events, { 'http://schemas.openid.net/event/backchannel-logout': {} });
    assert.deepEqual([payload.sub, payload.sid], [claims.sub, claims.sid]);
    assert.ok(!('nonce' in payload));
  },
};

let checks = 0;
for (const [name, isRun] of Object.entries(SKIPPED)) {
  assert.ok(!isRun(), `${name}: discovery says that it is supported`);
  checks += 1;
}
for (const [name, module] of Object.entries({ ...basic, ...config, ...rpInitiated, ...backChannel })) {
  await reset();
  try {
    await module();
  } catch (error) {
    console.error(`FAIL ${name}`);
    throw error;
  }
  checks += 1;
}
await reset();
const { version } = JSON.parse(readFileSync(new URL('node_modules/jose/package.json', import.meta.url)));
console.log(`oidf-plans-by-jose ${version}: ${checks} checks`);
