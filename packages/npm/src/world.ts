// A test's handle on one world of a server.
import { control, FauxidpError } from './control.js';
import { worldName } from './names.js';
import type {
  CallMatch, ClockState, Endpoint, FaultOptions, Match, Message, RecordedCall, Rule, Severity, SignedIn, SignInRequest, Times,
  Tokens, TokensRequest, Vendor, VerifyMatch,
} from './types.js';

/** The clock of a world. Tokens, locks and codes follow it. */
export class Clock {
  readonly #turn: (change: object | undefined, at: Function) => Promise<ClockState>;

  /** @internal */
  constructor(turn: (change: object | undefined, at: Function) => Promise<ClockState>) {
    this.#turn = turn;
  }

  /** The time there. */
  async now(): Promise<Date> {
    return new Date((await this.#turn(undefined, this.now)).now);
  }

  /** Sets and freezes it. */
  async set(time: Date | string): Promise<Date> {
    const now = typeof time === 'string' ? time : time.toISOString();
    return new Date((await this.#turn({ now }, this.set)).now);
  }

  /** Moves it on. A frozen one stays frozen. */
  async advance(milliseconds: number): Promise<Date> {
    return new Date((await this.#turn({ advance_ms: milliseconds }, this.advance)).now);
  }

  /** Freezes it where it is. */
  async freeze(): Promise<Date> {
    return new Date((await this.#turn({ run: false }, this.freeze)).now);
  }

  /** Lets it run from the time that it shows. */
  async run(): Promise<Date> {
    return new Date((await this.#turn({ run: true }, this.run)).now);
  }
}

/** A complete private copy of everything: users, settings, faults, journal, outbox, clock. */
export class World {
  readonly name: string;
  /** What leads into the world by its path, `http://…/~name`: for calls that carry no credential, such as a sign-in. */
  readonly url: string;
  /** How each vendor's clients reach it. */
  readonly endpoints: Readonly<Record<Vendor, Endpoint>>;
  /** Its clock. */
  readonly clock: Clock;
  readonly #base: string;

  private constructor(base: string, name: string, endpoints: Record<Vendor, Endpoint>) {
    this.#base = base;
    this.name = name;
    this.url = name === 'default' ? base : `${base}/~${name}`;
    this.endpoints = endpoints;
    this.clock = new Clock(async (change, at) => {
      return (await this.#call(change ? 'PUT' : 'GET', '/clock', change, at)) as ClockState;
    });
  }

  /** @internal */
  static async enter(base: string, name: string, at: Function): Promise<World> {
    const path = `worlds/${encodeURIComponent(name)}`;
    await control(base, 'PUT', path, {}, at);
    const shown = (await control(base, 'GET', `${path}/endpoints`, undefined, at)) as { endpoints: Endpoint[] };
    const endpoints = Object.fromEntries(shown.endpoints.map((endpoint) => [endpoint.vendor, endpoint]));
    return new World(base, name, endpoints as Record<Vendor, Endpoint>);
  }

  /** Makes a credential one of this world: any that the seed has, such as `monocloud-readonly`. */
  credential(secret: string): string {
    return this.name === 'default' ? secret : `${secret}~${this.name}`;
  }

  /** The issuer of a vendor's tokens in this world, by which OpenID clients find everything else. */
  issuer(vendor: Exclude<Vendor, 'jitsudo'>): string {
    return `${this.url}/${vendor}`;
  }

  /** Adds a fault rule, such as `503;retry-after=2;first=2`, for the calls that match; without `match`, for all. */
  async fault(fault: string, match: Match = {}, options: FaultOptions = {}): Promise<Rule> {
    return (await this.#call('POST', '/faults', { fault, match, ...options }, this.fault)) as Rule;
  }

  /** Every rule, with how often it fired. */
  async faults(): Promise<Rule[]> {
    return ((await this.#call('GET', '/faults', undefined, this.faults)) as { faults: Rule[] }).faults;
  }

  /** Removes every rule, or one. */
  async clearFaults(rule?: Rule | number): Promise<void> {
    const id = rule === undefined ? '' : `/${typeof rule === 'number' ? rule : rule.id}`;
    await this.#call('DELETE', `/faults${id}`, undefined, this.clearFaults);
  }

  /** Throws unless as many calls matched as expected: without `times`, at least one. */
  async verify(match: VerifyMatch, times: Times = { at_least: 1 }): Promise<void> {
    const count = typeof times === 'number' ? { times } : times;
    await this.#call('POST', '/verify', { match, ...count }, this.verify);
  }

  /** Throws unless calls were made that match these, one each, in that order. Others may be between them. */
  async verifySequence(...matches: VerifyMatch[]): Promise<void> {
    await this.#call('POST', '/verify', { sequence: matches }, this.verifySequence);
  }

  /** Throws unless every fault rule has fired. */
  async verifyRulesFired(): Promise<void> {
    await this.#call('POST', '/verify', { rules_fired: true }, this.verifyRulesFired);
  }

  /** What the client did wrong, for people. Throws if something of it is as bad as that, or if no call was made. */
  async report(failOn: Severity = 'error'): Promise<string> {
    const path = `/report?${new URLSearchParams({ format: 'text', fail_on: failOn })}`;
    return (await this.#call('GET', path, undefined, this.report)) as string;
  }

  /** The calls that match, the newest last. */
  async requests(match: CallMatch = {}): Promise<RecordedCall[]> {
    const pairs = Object.entries(match).map(([name, value]): [string, string] => [name, String(value)]);
    const path = `/requests?${new URLSearchParams(pairs)}`;
    return ((await this.#call('GET', path, undefined, this.requests)) as { requests: RecordedCall[] }).requests;
  }

  /** Empties the journal. */
  async clearRequests(): Promise<void> {
    await this.#call('DELETE', '/requests', undefined, this.clearRequests);
  }

  /** Signs a user in without a page: the code for the application, and the cookies of the browser. */
  async signIn(request: SignInRequest): Promise<SignedIn> {
    return (await this.#call('POST', '/sign-in', request, this.signIn)) as SignedIn;
  }

  /** Signs a user in, and answers what the token endpoint would. */
  async tokens(request: TokensRequest): Promise<Tokens> {
    return (await this.#call('POST', '/tokens', request, this.tokens)) as Tokens;
  }

  /** What the vendors would have mailed or texted, the oldest first. */
  async outbox(): Promise<Message[]> {
    return ((await this.#call('GET', '/outbox', undefined, this.outbox)) as { outbox: Message[] }).outbox;
  }

  /** Reports what happens outside the API, such as `failed_sign_in`. */
  async event(vendor: Vendor, user: string, event: string): Promise<void> {
    await this.#call('POST', '/events', { vendor, user, event }, this.event);
  }

  /** Changes settings, such as `{ 'monocloud.era': 'current' }`. */
  async set(settings: Record<string, string>): Promise<void> {
    await this.#call('PUT', '', { settings }, this.set);
  }

  /** Copies this world, as it is now. */
  async fork(name: string = worldName(this.name)): Promise<World> {
    await this.#call('POST', '/fork', { to: name }, this.fork);
    return World.enter(this.#base, name, this.fork);
  }

  /** Puts everything back to how the world was born. */
  async reset(): Promise<void> {
    await this.#call('POST', '/reset', undefined, this.reset);
  }

  /** Drops the world. One that is gone already is fine; the world `default` is reset. */
  async drop(): Promise<void> {
    if (this.name === 'default') return this.reset();
    try {
      await this.#call('DELETE', '', undefined, this.drop);
    } catch (error) {
      if (!(error instanceof FauxidpError && error.status === 404)) throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.drop();
  }

  #call(method: string, path: string, body: unknown, at: Function): Promise<unknown> {
    return control(this.#base, method, `worlds/${encodeURIComponent(this.name)}${path}`, body, at);
  }
}
