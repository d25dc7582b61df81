// The requests of a relying party to MonoCloud's face over TLS, and what the OpenID Foundation's suite checks of each answer.
import assert from 'node:assert/strict';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { Browser, control } from './sign-in.mjs';

export const ISSUER = `${process.argv[2].replace('http:', 'https:')}/monocloud`;
export const CALLBACK = 'http://localhost:3000/callback';
export const USER = 'user-active';
export const CLIENT = { id: 'monocloud-web', secret: 'monocloud-web-secret' };

export const provider = await (await fetch(`${ISSUER}/.well-known/openid-configuration`)).json();
export const keys = createRemoteJWKSet(new URL(provider.jwks_uri));

/** The world's time as a Date; it moves on by itself. */
export const now = async () => new Date((await control('GET', 'worlds/default/clock')).now);
/** Lets time pass in the world. */
export const wait = (seconds) => control('PUT', 'worlds/default/clock', { advance_ms: seconds * 1000 });

export const form = (url, members, headers = {}) =>
  fetch(url, { method: 'POST', body: new URLSearchParams(members), headers, redirect: 'manual' });

let count = 0;

/** A URL that asks for a sign-in; a member that is undefined is left out. */
export function request(more = {}) {
  count += 1;
  const members = {
    client_id: CLIENT.id, redirect_uri: CALLBACK, response_type: 'code', scope: 'openid', state: `state-${count}`,
    nonce: `nonce-${count}`, ...more,
  };
  const given = Object.entries(members).filter(([, value]) => value !== undefined);
  const url = new URL(provider.authorization_endpoint);
  url.search = new URLSearchParams(given);
  return url;
}

/** What the suite checks of an answer that leads back. */
export function checkBack(back, asked) {
  const { searchParams: given } = back;
  assert.equal(given.get('state'), asked.searchParams.get('state'), 'the state comes back unchanged');
  assert.ok(!given.has('code') || !given.has('error'), 'no code with an error');
  assert.doesNotMatch(given.get('error_description') ?? '', /[\r\n\t]/);
  return given;
}

/** Asks, and has the user sign in where a page asks for it. `shown` says whether one was. */
export async function authorize(more = {}, browser = new Browser(), user = USER) {
  const asked = request(more);
  let page = await browser.follow(asked, CALLBACK);
  const shown = !page.callback;
  if (shown) page = await browser.post(page, CALLBACK, { fauxidp_user: user });
  assert.ok(page.callback, `not led back: ${page.status} ${page.text}`);
  return { asked, browser, shown, given: checkBack(page.callback, asked) };
}

/** Redeems a code; `secret` says how the client shows who it is. */
export function redeem({ asked, given }, secret = 'basic', more = {}) {
  const members = { grant_type: 'authorization_code', code: given.get('code'), redirect_uri: CALLBACK, ...more };
  assert.ok(members.code, String(given));
  return asClient(provider.token_endpoint, members, secret, asked.searchParams.get('client_id'));
}

/** A call of an endpoint by the client. */
export function asClient(url, members, secret = 'basic', id = CLIENT.id) {
  if (secret === 'post') return form(url, { ...members, client_id: id, client_secret: CLIENT.secret });
  return form(url, members, { authorization: `Basic ${btoa(`${id}:${CLIENT.secret}`)}` });
}

/** Tokens of an answer, with what the suite checks of each: the answer, its headers, and the ID token. */
export async function checkTokens(answer, asked, again) {
  const tokens = await answer.json();
  assert.equal(answer.status, 200, JSON.stringify(tokens));
  assert.match(answer.headers.get('content-type'), /^application\/json/);
  assert.match(answer.headers.get('cache-control'), /no-store/);
  assert.equal(tokens.token_type.toLowerCase(), 'bearer');
  assert.ok(tokens.expires_in > 0);
  if (tokens.refresh_token) assert.match(tokens.refresh_token, /^[\x20-\x7e]+$/);
  const claims = await checkIdToken(tokens, asked.searchParams.get('client_id'));
  if (!again) assert.equal(claims.nonce, asked.searchParams.get('nonce') ?? undefined);
  return { ...tokens, claims };
}

async function checkIdToken(tokens, audience) {
  const { alg, kid } = decodeProtectedHeader(tokens.id_token);
  assert.equal(alg, 'RS256');
  assert.ok(kid, 'the header names a key');
  const checks = { issuer: ISSUER, audience, algorithms: ['RS256'], currentDate: await now(), requiredClaims: ['sub', 'iat', 'exp'] };
  const { payload } = await jwtVerify(tokens.id_token, keys, checks);
  assert.ok(payload.sub.length <= 255);
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(tokens.access_token));
  if (payload.at_hash) assert.equal(payload.at_hash, Buffer.from(digest).subarray(0, 16).toString('base64url'));
  return payload;
}

/** A whole sign-in. */
export async function signIn(more, browser, user) {
  const done = await authorize(more, browser, user);
  return { ...done, ...(await checkTokens(await redeem(done), done.asked)) };
}

/** Userinfo by a header, with what the suite checks of it. */
export async function userinfo({ access_token: token, claims }, method = 'GET') {
  const answer = await fetch(provider.userinfo_endpoint, { method, headers: { authorization: `Bearer ${token}` } });
  const members = await answer.json();
  assert.equal(answer.status, 200, JSON.stringify(members));
  assert.equal(members.sub, claims.sub, 'the same subject as in the ID token');
  return members;
}

/** That an answer is a refusal as the suite wants it. */
export async function refused(answer, error, status = 400) {
  const members = await answer.json();
  assert.deepEqual([answer.status, members.error], [status, error], JSON.stringify(members));
  assert.doesNotMatch(members.error_description ?? '', /[\r\n\t]/);
}
