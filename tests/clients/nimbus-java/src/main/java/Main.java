import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jwt.JWTParser;
import com.nimbusds.oauth2.sdk.*;
import com.nimbusds.oauth2.sdk.auth.ClientAuthentication;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.Secret;
import com.nimbusds.oauth2.sdk.device.*;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.oauth2.sdk.id.State;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.oauth2.sdk.token.AccessToken;
import com.nimbusds.oauth2.sdk.token.RefreshToken;
import com.nimbusds.openid.connect.sdk.*;
import com.nimbusds.openid.connect.sdk.claims.AccessTokenHash;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import com.nimbusds.openid.connect.sdk.token.OIDCTokens;
import com.nimbusds.openid.connect.sdk.validators.AccessTokenValidator;
import com.nimbusds.openid.connect.sdk.validators.IDTokenValidator;
import com.nimbusds.openid.connect.sdk.validators.LogoutTokenValidator;
import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Nimbus' OAuth 2.0 SDK, unmodified, at both issuers: java Main URL, with the variables of `fauxidp env URL`. */
final class Main {
    private static final URI CALLBACK = URI.create("http://localhost:3000/callback");
    private static final Nonce NONCE = new Nonce("a-nonce");

    /** An issuer with its applications, and what the vendor says of a code or refresh token that is none. */
    record Case(String vendor, String issuer, String id, String secret, String api, String apiSecret, String device,
        String user, String scope, String invalid) {}

    private final Case own;
    private final OIDCProviderMetadata provider;
    private final ClientAuthentication client;

    private Main(Case own) throws Exception {
        this.own = own;
        provider = OIDCProviderMetadata.resolve(new Issuer(own.issuer));
        client = basic(own.id, own.secret);
    }

    private static ClientAuthentication basic(String id, String secret) {
        return new ClientSecretBasic(new ClientID(id), new Secret(secret));
    }

    private AuthenticationRequest.Builder request(CodeVerifier verifier) {
        var type = new ResponseType(ResponseType.Value.CODE);
        return new AuthenticationRequest.Builder(type, Scope.parse(own.scope), new ClientID(own.id), CALLBACK)
            .endpointURI(provider.getAuthorizationEndpointURI()).state(new State("a-state")).nonce(NONCE)
            .codeChallenge(verifier, CodeChallengeMethod.S256);
    }

    private AuthorizationCodeGrant code(CodeVerifier verifier) throws Exception {
        URI back = new SignIn.Browser().signIn(request(verifier).build().toURI(), CALLBACK.toString(), own.user);
        var response = AuthenticationResponseParser.parse(back).toSuccessResponse();
        return new AuthorizationCodeGrant(response.getAuthorizationCode(), CALLBACK, verifier);
    }

    private TokenResponse ask(ClientAuthentication client, AuthorizationGrant grant, String scope) throws Exception {
        var builder = new TokenRequest.Builder(provider.getTokenEndpointURI(), client, grant);
        var request = scope == null ? builder.build() : builder.scope(Scope.parse(scope)).build();
        return OIDCTokenResponseParser.parse(request.toHTTPRequest().send());
    }

    private OIDCTokens tokens(TokenResponse response) throws GeneralException {
        if (!response.indicatesSuccess()) {
            throw new GeneralException(response.toErrorResponse().getErrorObject());
        }
        return ((OIDCTokenResponse) response.toSuccessResponse()).getOIDCTokens();
    }

    private OIDCTokens signIn() throws Exception {
        return tokens(ask(client, code(new CodeVerifier()), null));
    }

    /** What the documentation says an application does with an ID token. */
    private String check(OIDCTokens tokens) throws Exception {
        var validator = new IDTokenValidator(provider.getIssuer(), new ClientID(own.id), JWSAlgorithm.RS256, provider.getJWKSetURI().toURL());
        var claims = validator.validate(tokens.getIDToken(), NONCE);
        AccessTokenHash hash = claims.getAccessTokenHash();
        if (hash != null) {
            AccessTokenValidator.validate(tokens.getAccessToken(), JWSAlgorithm.RS256, hash);
        }
        return claims.getSubject().getValue();
    }

    private UserInfoResponse userinfo(AccessToken token) throws Exception {
        return UserInfoResponse.parse(new UserInfoRequest(provider.getUserInfoEndpointURI(), token).toHTTPRequest().send());
    }

    private boolean isActive(AccessToken token) throws Exception {
        var request = new TokenIntrospectionRequest(provider.getIntrospectionEndpointURI(), basic(own.api, own.apiSecret), token);
        return TokenIntrospectionResponse.parse(request.toHTTPRequest().send()).toSuccessResponse().isActive();
    }

    private void refused(String what, TokenResponse response, String code) {
        String found = response.indicatesSuccess() ? "success" : response.toErrorResponse().getErrorObject().getCode();
        SignIn.that(found.equals(code), "%s: %s: %s, not %s", own.vendor, what, found, code);
    }

    private void story() throws Exception {
        SignIn.reset();
        OIDCTokens tokens = signIn();
        SignIn.that(check(tokens).equals(own.user), "%s signed in", own.user);
        SignIn.that(userinfo(tokens.getAccessToken()).toSuccessResponse().getUserInfo().getName().equals("Ada Active"), "userinfo");
        SignIn.that(isActive(tokens.getAccessToken()), "introspection");
        OIDCTokens again = tokens(ask(client, new RefreshTokenGrant(tokens.getRefreshToken()), null));
        SignIn.that(!again.getAccessToken().equals(tokens.getAccessToken()), "another token");
        refused("no refresh token", ask(client, new RefreshTokenGrant(new RefreshToken("nonsense")), null), own.invalid);
        var revoked = new TokenRevocationRequest(provider.getRevocationEndpointURI(), client, again.getRefreshToken());
        SignIn.that(revoked.toHTTPRequest().send().getStatusCode() == 200, "revocation");
        refused("a revoked token", ask(client, new RefreshTokenGrant(again.getRefreshToken()), null), own.invalid);

        AuthorizationCodeGrant code = code(new CodeVerifier());
        tokens(ask(client, code, null));
        refused("a code again", ask(client, code, null), own.invalid);
        var other = new AuthorizationCodeGrant(code(new CodeVerifier()).getAuthorizationCode(), CALLBACK, new CodeVerifier());
        refused("another verifier", ask(client, other, null), "invalid_grant");
        refused("another secret", ask(basic(own.id, "wrong"), code(new CodeVerifier()), null), "invalid_client");

        var browser = new SignIn.Browser();
        var page = browser.get(request(new CodeVerifier()).build().toURI(), CALLBACK.toString());
        var denied = AuthenticationResponseParser.parse(browser.press(page, CALLBACK.toString(), "deny", "1").back());
        SignIn.that(denied.toErrorResponse().getErrorObject().equals(OAuth2Error.ACCESS_DENIED), "%s: denied", own.vendor);

        tokens = signIn();
        code = code(new CodeVerifier());
        SignIn.stop(own.vendor, own.user);
        refused("a stopped user's refresh token", ask(client, new RefreshTokenGrant(tokens.getRefreshToken()), null), own.invalid);
        refused("a stopped user's code", ask(client, code, null), own.invalid);
        var answer = userinfo(tokens.getAccessToken());
        SignIn.that(!answer.indicatesSuccess(), "%s: userinfo of a stopped user", own.vendor);
        SignIn.that(!isActive(tokens.getAccessToken()), "%s: introspection of a stopped user", own.vendor);
    }

    /** Signs out by a navigation, as the library's request for it says. */
    private void signOut() throws Exception {
        SignIn.reset();
        var browser = new SignIn.Browser();
        var verifier = new CodeVerifier();
        URI back = browser.signIn(request(verifier).build().toURI(), CALLBACK.toString(), own.user);
        var code = AuthenticationResponseParser.parse(back).toSuccessResponse().getAuthorizationCode();
        OIDCTokens tokens = tokens(ask(client, new AuthorizationCodeGrant(code, CALLBACK, verifier), null));
        URI after = URI.create("http://localhost:3000/");
        var end = new LogoutRequest(provider.getEndSessionEndpointURI(), tokens.getIDToken(), after, new State("bye"));
        var page = browser.get(end.toURI(), after.toString());
        SignIn.that(page.back() != null && page.back().getQuery().contains("state=bye"), "%s: %s", own.vendor, page);
        page = browser.get(request(verifier).prompt(new Prompt(Prompt.Type.NONE)).build().toURI(), CALLBACK.toString());
        var silent = AuthenticationResponseParser.parse(page.back()).toErrorResponse().getErrorObject();
        SignIn.that(silent.getCode().equals("login_required"), "%s: %s", own.vendor, silent);
    }

    private void device() throws Exception {
        SignIn.reset();
        var id = new ClientID(own.device);
        var scope = Scope.parse("openid profile");
        var asked = new DeviceAuthorizationRequest.Builder(id).scope(scope).endpointURI(provider.getDeviceAuthorizationEndpointURI()).build();
        var device = DeviceAuthorizationResponse.parse(asked.toHTTPRequest().send()).toSuccessResponse();
        var grant = new DeviceCodeGrant(device.getDeviceCode());
        var poll = new TokenRequest.Builder(provider.getTokenEndpointURI(), id, grant).build();
        refused("a device that waits", OIDCTokenResponseParser.parse(poll.toHTTPRequest().send()), "authorization_pending");
        var browser = new SignIn.Browser();
        var page = browser.get(device.getVerificationURIComplete(), "app:");
        for (int n = 0; n < 3 && page.text().contains("name=\"fauxidp_user\""); n++) {
            page = browser.press(page, "app:", "fauxidp_user", own.user);
        }
        Thread.sleep(device.getInterval() * 1000);
        SignIn.that(OIDCTokenResponseParser.parse(poll.toHTTPRequest().send()).indicatesSuccess(), "%s: a device", own.vendor);
    }

    private void pushed() throws Exception {
        SignIn.reset();
        var verifier = new CodeVerifier();
        var asked = new PushedAuthorizationRequest(provider.getPushedAuthorizationRequestEndpointURI(), client, request(verifier).build());
        var pushed = PushedAuthorizationResponse.parse(asked.toHTTPRequest().send()).toSuccessResponse();
        var request = new AuthorizationRequest.Builder(pushed.getRequestURI(), new ClientID(own.id)).endpointURI(provider.getAuthorizationEndpointURI());
        URI back = new SignIn.Browser().signIn(request.build().toURI(), CALLBACK.toString(), own.user);
        var code = AuthenticationResponseParser.parse(back).toSuccessResponse().getAuthorizationCode();
        SignIn.that(check(tokens(ask(client, new AuthorizationCodeGrant(code, CALLBACK, verifier), null))).equals(own.user), "pushed");
    }

    /** Receives the logout tokens of a back channel, without a defect and with each of these. */
    private void backChannel() throws Exception {
        var received = new ArrayBlockingQueue<String>(1);
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.createContext("/", exchange -> {
            received.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8).split("logout_token=")[1]);
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        server.start();
        String uri = "\"http://127.0.0.1:" + server.getAddress().getPort() + "/\"";
        var validator = new LogoutTokenValidator(provider.getIssuer(), new ClientID(own.id), JWSAlgorithm.RS256, provider.getJWKSetURI().toURL());
        for (String name : List.of("", "with-nonce", "no-events", "wrong-event", "no-sub-sid")) {
            SignIn.reset();
            // The first application is the one that signs in.
            String state = SignIn.call("GET", "/__fauxidp/worlds/default/state", "Accept", "*/*", "");
            SignIn.control("PUT", "state", state.replaceFirst("\"back_channel_logout_uri\":\\s*null", "\"back_channel_logout_uri\":" + uri));
            signIn();
            if (!name.isEmpty()) {
                SignIn.fault("disable_user", "token;defect=" + name);
            }
            SignIn.monocloud("/api/users/" + own.user + "/disable", "{\"revoke_sessions\": true}");
            var token = JWTParser.parse(received.poll(10, TimeUnit.SECONDS));
            String verdict = "accepted";
            try {
                validator.validate(token);
            } catch (Exception error) {
                verdict = "refused " + error.getClass().getSimpleName() + " " + error.getMessage();
            }
            if (name.isEmpty()) {
                SignIn.that(verdict.equals("accepted"), "a logout token without a defect: %s", verdict);
            } else {
                System.out.println("defect Nimbus " + name + " " + verdict);
                SignIn.checks++;
            }
        }
        server.stop(0);
    }

    public static void main(String[] arguments) throws Exception {
        String url = arguments[0];
        String scope = "openid profile email offline_access";
        var monocloud = new Main(new Case("monocloud", url + "/monocloud", "monocloud-web", "monocloud-web-secret", "monocloud-api",
            "monocloud-api-secret", "monocloud-device", "user-active", scope + " read", "invalid_grant"));
        var zitadel = new Main(new Case("zitadel", url, "zitadel-web", "zitadel-web-secret", "zitadel-api", "zitadel-api-secret",
            "zitadel-native", "human-active", scope + " urn:zitadel:iam:org:project:id:69629023906488500:aud", "invalid_request"));
        for (Main one : List.of(monocloud, zitadel)) {
            one.story();
            one.signOut();
            one.device();
        }
        monocloud.pushed();
        monocloud.backChannel();
        SignIn.defects("Nimbus", SignIn.TOKEN_DEFECTS, defect -> {
            OIDCTokens tokens = monocloud.signIn();
            String subject = monocloud.check(tokens);
            if (defect.isEmpty() || defect.startsWith("userinfo")) {
                var info = monocloud.userinfo(tokens.getAccessToken()).toSuccessResponse().getUserInfo();
                if (!info.getSubject().getValue().equals(subject)) {
                    throw new GeneralException("userinfo is about somebody else");
                }
            }
        });
        System.out.println("oauth2-oidc-sdk " + OIDCTokens.class.getPackage().getImplementationVersion() + ": " + SignIn.checks + " checks");
    }
}
