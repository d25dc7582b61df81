import io.quarkus.oidc.AccessTokenCredential;
import io.quarkus.oidc.UserInfo;
import io.quarkus.security.identity.SecurityIdentity;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;

/** An application that people sign in to, and two APIs; application.properties says which path is which. */
@Path("/")
public class Pages {
    @Inject
    SecurityIdentity identity;

    /** Who is signed in, with the name that userinfo says and the access token. */
    @GET
    @Path("{tenant:monocloud|zitadel|plain|api|opaque}/me")
    public String me() {
        UserInfo info = identity.getAttribute("userinfo");
        var token = identity.getCredential(AccessTokenCredential.class);
        String name = info == null ? "" : info.getString("name");
        return "{\"sub\": \"" + subject() + "\", \"name\": \"" + name + "\", \"token\": \"" + (token == null ? "" : token.getToken()) + "\"}";
    }

    private String subject() {
        Object introspected = identity.getAttribute("introspection");
        return identity.getPrincipal() instanceof org.eclipse.microprofile.jwt.JsonWebToken jwt && jwt.getSubject() != null ? jwt.getSubject()
            : introspected instanceof io.quarkus.oidc.TokenIntrospection found ? found.getSubject() : identity.getPrincipal().getName();
    }

    @GET
    @Path("error")
    public String error(@QueryParam("error") String error) {
        return "error: " + error;
    }

    @GET
    @Path("bye")
    public String bye() {
        return "bye";
    }
}
