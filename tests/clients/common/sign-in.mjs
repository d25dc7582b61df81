// What the tests of several clients share: a browser without a screen, users' states, faults, and the table of defects.
import assert from 'node:assert/strict';

const plain = process.env.ZITADEL_URL;

/** A call of the control API for the world `default`. */
export async function control(method, path, body) {
  const answer = await fetch(`${plain}/__fauxidp/${path}`, { method, body: body && JSON.stringify(body) });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${await answer.clone().text()}`);
  return answer.json();
}

export const reset = () => control('POST', 'worlds/default/reset');

/** Makes the next calls of an operation have that fault. */
export const fault = (operation, spec) =>
  control('POST', 'worlds/default/faults', { fault: spec, match: { operation } });

async function vendorCall(url, headers, body = {}) {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  assert.ok(answer.ok, `${url}: ${answer.status} ${text}`);
  return JSON.parse(text);
}

/** A call at ZITADEL; by its administrator, where no token is given. */
export const zitadelCall = (path, body, token = process.env.ZITADEL_TOKEN) =>
  vendorCall(`${plain}${path}`, { authorization: `Bearer ${token}` }, body);

/** The token of a machine that may answer requests for people. */
const LOGIN_CLIENT = 'zitadel-login';

/** A call at MonoCloud's management API. */
export const monocloudCall = (path, body) =>
  vendorCall(`${plain}${path}`, { 'x-api-key': process.env.MONOCLOUD_MANAGEMENT_API_KEY }, body);

/** What an administrator does to a user of a vendor. */
export const administrator = {
  monocloud: {
    stop: (user, body) => monocloudCall(`/api/users/${user}/disable`, body),
    restore: (user) => monocloudCall(`/api/users/${user}/enable`),
  },
  zitadel: {
    stop: (user) => zitadelCall(`/v2/users/${user}/deactivate`),
    restore: (user) => zitadelCall(`/v2/users/${user}/reactivate`),
  },
};

/** A browser as far as a redirect needs one: cookies by name, forms, and no script. */
export class Browser {
  #cookies = new Map();

  async ask(url, init = {}) {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(url, { ...init, redirect: 'manual', headers: { ...init.headers, cookie } });
    for (const line of answer.headers.getSetCookie()) {
      const [pair, ...attributes] = line.split(';');
      const [name, value] = pair.split('=', 2);
      if (attributes.some((one) => one.trim() === 'Max-Age=0')) this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    return answer;
  }

  /** Follows redirects of the provider up to a page, or to the URL that leads back to the application. */
  async follow(url, callback, init) {
    for (let n = 0; n < 8; n += 1) {
      if (String(url).startsWith(callback)) return { callback: new URL(url) };
      const answer = await this.ask(url, init);
      init = undefined;
      const location = answer.headers.get('location');
      if (!location) return { url, status: answer.status, text: await answer.text() };
      url = new URL(location, url);
    }
    throw assert.fail(`too many redirects, to ${url}`);
  }

  /** Sends the form of a page that is posted, with what is hidden in it and these members. */
  post(page, callback, members) {
    const form = /<form method="post" action="([^"]*)"[^]*?<\/form>/.exec(page.text);
    assert.ok(form, `no form: ${page.status} ${page.text}`);
    const hidden = [...form[0].matchAll(/type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(([, name, value]) => [name, value]);
    const body = new URLSearchParams([...hidden, ...Object.entries(members)]);
    return this.follow(new URL(form[1], page.url), callback, { method: 'POST', body });
  }

  /** Signs a user in by the vendor's page, and answers the URL that leads back to the application. */
  async signIn(vendor, url, callback, user) {
    const done = await this[vendor](url, callback, user);
    assert.ok(done.callback, `not led back: ${done.status} ${done.text}`);
    return done.callback;
  }

  /** MonoCloud's page. */
  async monocloud(url, callback, user) {
    const page = await this.follow(url, callback);
    return page.callback ? page : this.post(page, callback, { fauxidp_user: user });
  }

  /** A login page of somebody's own in front of ZITADEL: it checks a user in a session, and finishes the request. */
  async zitadel(url, callback, user) {
    const answer = await this.ask(url);
    const location = new URL(answer.headers.get('location') ?? assert.fail(await answer.text()), url);
    const id = location.searchParams.get('authRequest');
    if (!id) return { callback: location };
    const checks = { user: { userId: user }, password: { password: 'Correct-Horse-Battery-9' } };
    const session = await zitadelCall('/v2/sessions', { checks }, LOGIN_CLIENT);
    const { sessionId, sessionToken } = session;
    const done = await zitadelCall(`/v2/oidc/auth_requests/${id}`, { session: { sessionId, sessionToken } }, LOGIN_CLIENT);
    return { callback: new URL(done.callbackUrl) };
  }
}

/**
 * Tries a sign-in without a defect and with each of these: `story` gets tokens as the client's users do, and throws the
 * client's own error. Prints what scripts/client-tests collects, and answers how many were tried.
 */
export async function defects(client, names, story) {
  await reset();
  await story('');
  console.log(`defect ${client} none accepted`);
  for (const name of names) {
    await reset();
    const operation = name === 'userinfo-other-subject' ? 'userinfo' : 'token';
    await fault(operation, `token;defect=${name}`);
    const error = await story(name).then(
      () => undefined,
      (error) => error,
    );
    console.log(`defect ${client} ${name} ${error ? `refused ${describe(error)}` : 'accepted'}`);
  }
  await reset();
  return names.length + 1;
}

const describe = (error) => [error.name, error.code, error.message].filter(Boolean).join(' ').replace(/\s+/g, ' ').slice(0, 160);

/** The defects of tokens and of the answer that brings them; those of logout tokens are for back-channel receivers. */
export const TOKEN_DEFECTS = [
  'alg-none', 'bad-signature', 'unknown-kid', 'no-kid', 'expired', 'not-yet-valid', 'iat-in-future', 'wrong-issuer',
  'no-issuer', 'wrong-audience', 'no-audience', 'wrong-azp', 'no-subject', 'wrong-nonce', 'no-nonce', 'no-exp',
  'wrong-at-hash', 'hs256-with-public-key', 'userinfo-other-subject', 'wrong-type', 'no-expires-in',
  'string-expires-in', 'no-token', 'not-json',
];
