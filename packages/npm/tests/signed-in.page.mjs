// A browser in which a user is signed in, and one in which nobody is.
import { createServer } from 'node:http';
import { expect, test } from 'fauxidp/playwright';

/** The smallest application: it sends who comes to the provider, and shows whose code comes back. */
async function application(issuer, use) {
  const server = createServer(async (request, answer) => {
    const url = new URL(request.url, `http://${request.headers.host}`);
    if (!['/', '/callback'].includes(url.pathname)) return answer.writeHead(404).end();
    const code = url.searchParams.get('code');
    if (!code) {
      const query = new URLSearchParams({
        client_id: 'monocloud-web', response_type: 'code', scope: 'openid profile', redirect_uri: `${url.origin}/callback`,
      });
      return answer.writeHead(302, { location: `${issuer}/connect/authorize?${query}` }).end();
    }
    const form = new URLSearchParams({
      grant_type: 'authorization_code', client_id: 'monocloud-web', client_secret: 'monocloud-web-secret', code,
      redirect_uri: `${url.origin}/callback`,
    });
    const tokens = await (await fetch(`${issuer}/connect/token`, { method: 'POST', body: form })).json();
    const claims = JSON.parse(Buffer.from(tokens.id_token.split('.')[1], 'base64url').toString());
    return answer.writeHead(200, { 'content-type': 'text/html' }).end(`<h1>Hello ${claims.sub}</h1>`);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await use(`http://127.0.0.1:${server.address().port}/`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

test('nobody is signed in, so the page asks', async ({ page, world }) => {
  await application(world.issuer('monocloud'), async (url) => {
    await page.goto(url);
    await page.getByRole('button', { name: 'Ada Active' }).click();
    await expect(page.getByRole('heading')).toHaveText('Hello user-active');
  });
});

test.describe('with a user', () => {
  test.use({ signedIn: { vendor: 'monocloud', client_id: 'monocloud-web', user: 'user-active' } });

  test('who is signed in goes straight through', async ({ page, world }) => {
    await application(world.issuer('monocloud'), async (url) => {
      await page.goto(url);
      await expect(page.getByRole('heading')).toHaveText('Hello user-active');
    });
    await world.verify({ operation: 'token', status: 200 }, 1);
  });

  test('who is disabled meanwhile does not', async ({ page, world }) => {
    const { url, credential } = world.endpoints.monocloud;
    await fetch(`${url}/api/users/user-active/disable`, { method: 'POST', headers: { 'X-API-KEY': credential } });
    await application(world.issuer('monocloud'), async (application) => {
      await page.goto(application).catch(() => {});
      await expect(page.getByRole('heading', { name: /^Hello/ })).toHaveCount(0);
    });
    await world.verify({ operation: 'token', status: 200 }, 0);
  });
});
