// Plays packages/cases.json with the built package.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { cleanName, start } from 'fauxidp';

const { cases, names } = JSON.parse(readFileSync(process.env.FAUXIDP_CASES, 'utf8'));
const server = await start();
after(() => server.stop());

/** What a step does, by its first member. */
const steps = {
  endpoints: (world, step) => world.endpoints[step.endpoints],
  credential: (world, step) => world.credential(step.credential),
  fault: (world, step) => world.fault(step.fault, step.match),
  faults: (world) => world.faults(),
  clear_faults: (world) => world.clearFaults(),
  verify: (world, step) => world.verify(step.verify, step.times),
  verify_sequence: (world, step) => world.verifySequence(...step.verify_sequence),
  verify_rules_fired: (world) => world.verifyRulesFired(),
  async report(world, step) {
    return (await (step.report === true ? world.report() : world.report(step.report))).split('\n')[0];
  },
  requests: (world, step) => world.requests(step.requests),
  clear_requests: (world) => world.clearRequests(),
  sign_in: (world, step) => world.signIn(step.sign_in),
  tokens: (world, step) => world.tokens(step.tokens),
  outbox: (world) => world.outbox(),
  event: (world, { event }) => world.event(event.vendor, event.user, event.event),
  set: (world, step) => world.set(step.set),
  reset: (world) => world.reset(),
  drop: (world) => world.drop(),
  async clock(world, step) {
    const [name, value] = typeof step.clock === 'string' ? [step.clock] : Object.entries(step.clock)[0];
    return (await world.clock[name](value)).toISOString().replace('.000Z', 'Z');
  },
  async call(_, step) {
    const [method, path] = step.call.split(' ');
    const headers = { ...(step.body ? { 'content-type': 'application/json' } : {}), ...step.headers };
    const body = step.form ? new URLSearchParams(step.form).toString() : step.body && JSON.stringify(step.body);
    const answer = await fetch(server.url + path, { method, headers, body });
    return { status: answer.status, body: await answer.json() };
  },
};

/** `{a.b}` in a text is the member `b` of what was saved as `a`. */
function filled(value, saved) {
  if (typeof value === 'string') {
    return value.replace(/\{([\w.]+)\}/g, (_, path) => path.split('.').reduce((found, name) => found[name], saved));
  }
  if (Array.isArray(value)) return value.map((item) => filled(item, saved));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, filled(inner, saved)]));
}

/** Every member that is expected is there; of a list, every item. */
function assertHas(found, expected, where) {
  if (expected === null || typeof expected !== 'object') return assert.deepEqual(found, expected, where);
  if (Array.isArray(expected)) assert.equal(found.length, expected.length, where);
  for (const [name, inner] of Object.entries(expected)) assertHas(found?.[name], inner, `${where}.${name}`);
}

for (const { name, steps: plan } of cases) {
  test(name, async () => {
    const worlds = { main: await server.world() };
    let current = worlds.main;
    const saved = { server: server.url };
    try {
      for (const raw of plan) {
        const step = filled(raw, { ...saved, world: current.name });
        const [verb] = Object.keys(step);
        const where = `${name}: ${JSON.stringify(step)}`;
        if (verb === 'world') current = worlds[step.world] ??= await server.world();
        else if (verb === 'fork') worlds[step.fork] = await current.fork();
        else if (step.fails) {
          const has = (error) => step.fails.every((part) => error.message.includes(part)) || assert.fail(`${where}: ${error.message}`);
          await assert.rejects(async () => steps[verb](current, step), has, where);
        } else {
          const found = await steps[verb](current, step);
          if ('expect' in step) assertHas(found, step.expect, where);
          if (step.save) saved[step.save] = found;
        }
      }
    } finally {
      await Promise.all(Object.values(worlds).map((world) => world.drop()));
    }
    assert.deepEqual(await server.worlds(), ['default']);
  });
}

test('names of worlds follow from names of tests', () => {
  for (const { id, name } of names) assert.equal(cleanName(id), name);
});
