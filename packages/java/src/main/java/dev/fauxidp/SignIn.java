package dev.fauxidp;

import java.util.LinkedHashMap;
import java.util.Map;

/** Who signs in where. */
public final class SignIn {
    private final Map<String, Object> members = new LinkedHashMap<>();

    private SignIn() {}

    /** At that vendor, {@code monocloud} for example, the user of that id or e-mail address. */
    public static SignIn at(String vendor, String user) {
        return new SignIn().with("vendor", vendor).with("user", user);
    }

    /** For the application of that client id; jitsudo knows none. */
    public SignIn client(String clientId) {
        return with("client_id", clientId);
    }

    /** Where the answer goes: the application's first address, if this is not called. */
    public SignIn redirectUri(String uri) {
        return with("redirect_uri", uri);
    }

    /** The scopes. */
    public SignIn scope(String scope) {
        return with("scope", scope);
    }

    /** What comes back in the ID token. */
    public SignIn nonce(String nonce) {
        return with("nonce", nonce);
    }

    /** What comes back with the code. */
    public SignIn state(String state) {
        return with("state", state);
    }

    /** The challenge of PKCE, by S256. */
    public SignIn codeChallenge(String challenge) {
        return with("code_challenge", challenge);
    }

    /** In which way the tokens are wrong; {@code GET /__fauxidp/defects} lists them. */
    public SignIn defect(String defect) {
        return with("defect", defect);
    }

    private SignIn with(String member, String value) {
        members.put(member, value);
        return this;
    }

    Map<String, Object> members() {
        return members;
    }
}
