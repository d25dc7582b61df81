// Chromium with a page of somebody else open: what it cannot do to a server on the same machine.
//
// node test.mjs URL, with the variables of `fauxidp env URL`. The last line on stdout is `<package> <version>: <n> checks`.
import assert from 'node:assert/strict';
import { launch, newPage, serve, user } from './chromium.mjs';
import { attempt } from './attempt.mjs';
import { administrator, reset } from './sign-in.mjs';

const url = process.argv[2];
let checks = 0;

const providers = {
  monocloud: {
    authorize: `${url}/monocloud/connect/authorize`,
    client: 'monocloud-web',
    user: 'user-active',
    name: 'Ada Active',
  },
  zitadel: {
    authorize: `${url}/oauth/v2/authorize`,
    client: 'zitadel-web',
    user: 'human-active',
    name: 'Ada Active',
  },
};

const browser = await launch();
const asked = [];
const answer = (request, answer) => {
  asked.push(request.url);
  answer.setHeader('content-type', 'text/html');
  answer.end('<!doctype html><title>a page of somebody else</title><body></body>');
};
// Of another site, and of the same site at another port.
const foreign = { 'of another site': await serve(answer, 'localhost'), 'of another port': await serve(answer) };

const authorization = (own, more = {}) => {
  const parameters = { client_id: own.client, redirect_uri: `${own.back}/callback`, response_type: 'code', scope: 'openid', ...more };
  return `${own.authorize}?${new URLSearchParams(parameters)}`;
};
const codes = () => asked.filter((path) => path.includes('code='));

/** Whether the browser of that page has a session at the provider. */
async function isSignedIn(page, own) {
  const other = await page.context().newPage();
  await other.goto(authorization(own, { prompt: 'none', state: 'silent' }));
  const { searchParams } = new URL(other.url());
  await other.close();
  assert.ok(searchParams.has('code') || searchParams.get('error') === 'login_required', String(searchParams));
  return searchParams.has('code');
}

/** Sends a form from the page, as a navigation. */
const post = (page, action, members) =>
  Promise.all([
    page.waitForNavigation(),
    page.evaluate(
      ([action, members]) => {
        const form = Object.assign(document.createElement('form'), { method: 'post', action });
        for (const [name, value] of Object.entries(members)) {
          form.append(Object.assign(document.createElement('input'), { type: 'hidden', name, value }));
        }
        document.body.append(form);
        form.submit();
      },
      [action, members],
    ),
  ]).then(([answer]) => answer);

/** Frames a URL, and answers where the frame ends up. */
async function framed(page, src) {
  await page.evaluate(
    (src) =>
      new Promise((resolve) => {
        const frame = Object.assign(document.createElement('iframe'), { src, onload: resolve, onerror: resolve });
        document.body.append(frame);
      }),
    src,
  );
  return page.frames().at(-1).url();
}

async function check(what, site, body) {
  await reset();
  asked.length = 0;
  const page = await newPage(browser);
  checks += await attempt(`a page ${site}: ${what}`, async () => {
    await page.goto(foreign[site].url);
    await body(page);
    await page.context().close();
  });
}

for (const [site, { url: origin }] of Object.entries(foreign)) {
  await check('does not reach the control API', site, async (page) => {
    await administrator.monocloud.stop('user-active');
    const reached = await page.evaluate(async (url) => {
      const tried = [];
      for (const [path, init] of [
        ['worlds', {}],
        ['worlds/default/state', {}],
        ['worlds/default/reset', { method: 'POST' }],
        ['worlds/default/reset', { method: 'POST', mode: 'no-cors' }],
        ['worlds/default/sign-in', { method: 'POST', mode: 'no-cors', body: '{"vendor":"monocloud","client_id":"monocloud-web","user":"user-active"}' }],
        ['worlds/default', { method: 'DELETE' }],
      ]) {
        tried.push(await fetch(`${url}/__fauxidp/${path}`, init).then((answer) => answer.type, (error) => error.name));
      }
      return tried;
    }, url);
    assert.deepEqual(reached, ['TypeError', 'TypeError', 'TypeError', 'opaque', 'opaque', 'TypeError']);
    const sent = await post(page, `${url}/__fauxidp/worlds/default/reset`, {});
    assert.equal(sent.status(), 403);
    const headers = { 'x-api-key': process.env.MONOCLOUD_MANAGEMENT_API_KEY };
    const ada = await (await fetch(`${url}/api/users/user-active`, { headers })).json();
    assert.equal(ada.disabled, true, 'nothing was reset');
  });

  await check('does not store a URL that the server would call', site, async (page) => {
    const added = (members) =>
      page.evaluate(
        async ([url, authorization, members]) => {
          const headers = { authorization, 'content-type': 'application/json' };
          const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(members) });
          return [answer.status, answer.headers.get('x-fauxidp')];
        },
        [`${url}/management/v1/projects/69629023906488500/apps/oidc`, `Bearer ${process.env.ZITADEL_TOKEN}`, members],
      );
    const members = {
      name: 'n',
      redirectUris: ['https://app.example/callback'],
      responseTypes: ['OIDC_RESPONSE_TYPE_CODE'],
      grantTypes: ['OIDC_GRANT_TYPE_AUTHORIZATION_CODE'],
    };
    assert.deepEqual(await added({ ...members, backChannelLogoutUri: 'https://app.example/out' }), [403, 'refused']);
    assert.deepEqual(await added(members), [200, null]);
  });

  for (const own of Object.values(providers)) {
    own.back = origin;

    await check('does not frame the sign-in page', site, async (page) => {
      const told = page.waitForEvent('console', (message) => message.text().includes('frame-ancestors'));
      const end = await framed(page, authorization(own));
      await told;
      assert.ok(!end.startsWith('http'), end);
    });

    await check('does not post the form without its one-time value', site, async (page) => {
      const shown = await page.context().newPage();
      await shown.goto(authorization(own));
      const form = await shown.evaluate(() => {
        const { action, elements } = [...document.forms].find(({ method }) => method === 'post');
        const members = [...elements].filter(({ type }) => type === 'hidden').map(({ name, value }) => [name, value]);
        return { action, members: Object.fromEntries(members) };
      });
      delete form.members.once;
      const sent = await post(page, form.action, { ...form.members, fauxidp_user: own.user });
      assert.ok(sent.status() >= 400, `${sent.status()} at ${page.url()}`);
      assert.deepEqual(codes(), []);
      assert.equal(await isSignedIn(page, own), false);
    });

    await check('does not sign in but by a navigation', site, async (page) => {
      const silently = authorization(own, { fauxidp_user: own.user });
      await page.evaluate((url) => fetch(url, { mode: 'no-cors', credentials: 'include' }).catch(() => {}), silently);
      await page.evaluate((url) => new Promise((done) => Object.assign(new Image(), { onload: done, onerror: done, src: url })), silently);
      await framed(page, silently);
      assert.deepEqual(codes(), []);
      assert.equal(await isSignedIn(page, own), false);
      await Promise.all([
        page.waitForURL(/callback/),
        page.evaluate((url) => {
          const link = Object.assign(document.createElement('a'), { href: url, textContent: 'sign in' });
          document.body.append(link);
          link.click();
        }, silently),
      ]);
      assert.equal(codes().length, 1, 'following a link is how people come');
    });

    await check('is not redirected to', site, async (page) => {
      const { host } = new URL(origin);
      const signs = { fauxidp_user: own.user };
      for (const uri of [
        'https://evil.example/callback', `http://localhost@evil.example/`, `http://user:secret@${host}/callback`,
        `http://${host}/callback#fragment`, `http:\\\\${host}\\callback`, `//${host}/callback`, 'javascript:alert(1)',
        'data:text/html,hello', 'http://localhost.evil.example/', 'file:///etc/passwd', `ftp://${host}/`,
      ]) {
        await page.goto(authorization(own, { redirect_uri: uri, ...signs }));
        assert.ok(page.url().startsWith(url), `${uri} led to ${page.url()}`);
      }
      assert.deepEqual(codes(), []);
    });

    await check('frames a silent renewal, which shows nothing', site, async (page) => {
      await page.goto(authorization(own));
      await user.press(page, own.name);
      await page.waitForURL(/callback/);
      asked.length = 0;
      const end = await framed(page, authorization(own, { prompt: 'none' }));
      const { searchParams } = new URL(end);
      // The cookie of a session goes along within the site alone.
      assert.equal(searchParams.has('code'), site === 'of another port', end);
    });
  }
}

await browser.close();
for (const site of Object.values(foreign)) site.close();
await reset();
console.log(`chromium ${browser.version()}: ${checks} checks`);
