// What goes to and comes from the control API, by the names that it has there. docs/verification.md explains each.

/** A value as JSON has it. */
export type Json = null | boolean | number | string | Json[] | { [member: string]: Json };

/** The three vendors. */
export type Vendor = 'monocloud' | 'zitadel' | 'jitsudo';

/** Selects calls; a call has to fit all members that are given. */
export interface Match {
  vendor?: Vendor;
  /** Such as `disable_user`; the same on every protocol. */
  operation?: string;
  method?: string;
  /** Without its query, unless it has a `?`. A `*` at the end stands for any rest. */
  path?: string;
  /** The id of the user that the call is about. */
  user?: string;
  /** With or without the name of the world. */
  credential?: string;
}

/** Selects calls that were made. */
export interface CallMatch extends Match {
  protocol?: 'http/1.1' | 'http/2' | 'grpc' | 'grpc-web' | 'connect';
  /** A status, or a class such as `4xx`. */
  status?: number | string;
  refused_by?: 'vendor' | 'fault' | 'fauxidp';
  /** Only calls with a higher number. */
  after?: number;
}

/** Selects calls also by what they sent; only a verification can. A `*` at the end of a text stands for any rest. */
export interface VerifyMatch extends CallMatch {
  /** Parameters of the query. */
  query?: Record<string, string>;
  headers?: Record<string, string>;
  /** Members of the JSON body, or fields of the form. Of an object only the given members are compared. */
  body?: Record<string, Json>;
}

/** How many calls are expected: exactly so many, or at least and at most. With `no_other`, no others are there. */
export type Times =
  | number
  | { times: number; at_least?: never; at_most?: never; no_other?: boolean }
  | { times?: never; at_least?: number; at_most?: number; no_other?: boolean };

/** How a vendor's clients reach a world. */
export interface Endpoint {
  vendor: Vendor;
  /** With `http://`. */
  url: string;
  /** The same with `https://`, for clients that refuse plain HTTP; `Server.certificate()` is what they have to trust. */
  tls_url: string;
  /** May do everything, in this world. */
  credential: string;
  /** The environment variables that the vendor's own clients read. */
  environment: Record<string, string>;
}

/** What else a fault rule has. */
export interface FaultOptions {
  /** Rules with a higher priority come first; the default is 0. */
  priority?: number;
  /** How long it lasts, by the world's clock. */
  ttl_ms?: number;
}

/** A fault rule of a world. */
export interface Rule {
  id: number;
  fault: string;
  match: Match;
  priority: number;
  ttl_ms: number | null;
  /** How many calls matched. */
  seen: number;
  /** How many of them it applied to. */
  fired: number;
}

/** A call as the journal has it. Secrets are cut to their first four characters. */
export interface RecordedCall {
  n: number;
  at: string;
  vendor: string | null;
  operation: string | null;
  method: string;
  path: string;
  protocol: string;
  user: string | null;
  credential: string | null;
  status: number | null;
  fault: string | null;
  refused_by: string | null;
  duration_us: number;
  body: Json;
}

/** How bad something is that the client did: a warning can be meant. */
export type Severity = 'error' | 'warning';

/** Who signs in where. */
export interface SignInRequest {
  vendor: Vendor;
  client_id: string;
  /** The id or the e-mail address. */
  user: string;
  /** The application's first one, if not given. */
  redirect_uri?: string;
  scope?: string;
  nonce?: string;
  state?: string;
  /** By S256. */
  code_challenge?: string;
  /** In which way the tokens are wrong; `GET /__fauxidp/defects` lists them. */
  defect?: string;
}

/** Who gets tokens; jitsudo knows no application. */
export type TokensRequest = Omit<SignInRequest, 'client_id'> & { client_id?: string };

/** A cookie as Playwright reads it. */
export interface Cookie {
  name: string;
  value: string;
  domain: string;
  path: string;
  expires: number;
  httpOnly: boolean;
  secure: boolean;
  sameSite: 'Strict' | 'Lax' | 'None';
}

/** A user who signed in, as far as a browser gets. */
export interface SignedIn {
  callback_url: string;
  code: string;
  session_id: string;
  cookies: Cookie[];
  /** As `browser.newContext({ storageState })` reads it. */
  storage_state: { cookies: Cookie[]; origins: never[] };
  /** What to know about the tokens, such as a clock that is behind. */
  warning?: string;
}

/** What the vendor's token endpoint answers. */
export interface Tokens {
  access_token?: string;
  id_token?: string;
  refresh_token?: string;
  token_type?: string;
  expires_in?: number;
  scope?: string;
  /** jitsudo's. */
  token?: string;
  [member: string]: Json | undefined;
}

/** What a vendor would have mailed or texted. */
export interface Message {
  n: number;
  at: string;
  vendor: string;
  user: string;
  by: string;
  to: string;
  about: string;
  code?: string;
  [member: string]: Json | undefined;
}

/** The time in a world. */
export interface ClockState {
  now: string;
  frozen: boolean;
}
