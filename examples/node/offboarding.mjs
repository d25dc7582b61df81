// Takes a person's access away at three vendors. Goes on where one fails, and writes down what came of each.

/** How often a call is made at most, and how long is waited for a vendor that says nothing about it. */
const TRIES = 4;
const PAUSE_MS = 50;

/** What is called at each vendor, and which refusal says that there is nothing left to do. */
const vendors = {
  monocloud: (user) => ({
    path: `/api/users/${user}/disable`,
    headers: (at) => ({ 'X-API-KEY': at.credential }),
    body: { revoke_sessions: true },
    isDone: () => false,
  }),
  zitadel: (user) => ({
    path: `/v2/users/${user}/deactivate`,
    headers: (at) => ({ Authorization: `Bearer ${at.credential}` }),
    body: {},
    isDone: (status, text) => status === 400 && text.includes('COMMAND-5gunjw0cd7'),
  }),
  jitsudo: (user) => ({
    path: `/v1/users/${user}/suspend`,
    headers: (at) => ({ Authorization: `Bearer ${at.credential}`, 'X-Tenant-ID': at.tenant }),
    body: { active: false },
    isDone: (status) => status === 409,
  }),
};

/**
 * `accounts` has the user's id at each vendor, `endpoints` how each is reached, `audit` gets an entry for each.
 * The result is whether all of them are done.
 */
export async function offboard(accounts, endpoints, audit) {
  const work = Object.entries(accounts).map(async ([vendor, user]) => {
    const outcome = await disable(vendors[vendor](user), endpoints[vendor]);
    audit({ vendor, user, ...outcome });
    return outcome.done;
  });
  return (await Promise.all(work)).every(Boolean);
}

async function disable({ path, headers, body, isDone }, at) {
  for (let tries = 1; ; tries += 1) {
    const { status, text, pause } = await post(at.url + path, headers(at), body);
    if ((status >= 200 && status < 300) || isDone(status, text)) return { done: true, tries };
    const mayPass = status === 0 || status === 429 || status >= 500;
    if (!mayPass || tries === TRIES) return { done: false, tries, status };
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/** Status 0 is no answer: whether the vendor did what was asked is not known. */
async function post(url, headers, body) {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    const seconds = answer.headers.get('retry-after');
    return { status: answer.status, text: await answer.text(), pause: seconds === null ? PAUSE_MS : Number(seconds) * 1000 };
  } catch {
    return { status: 0, text: '', pause: PAUSE_MS };
  }
}
