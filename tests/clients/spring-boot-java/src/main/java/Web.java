import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.Map;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.oauth2.client.*;
import org.springframework.security.oauth2.client.annotation.RegisteredOAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.authentication.OAuth2AuthenticationToken;
import org.springframework.security.oauth2.client.oidc.web.logout.OidcClientInitiatedLogoutSuccessHandler;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.DefaultOAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizedClientRepository;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2AuthorizationException;
import org.springframework.security.oauth2.jwt.JwtValidators;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.security.oauth2.server.resource.introspection.SpringOpaqueTokenIntrospector;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** An application that people sign in to, and two APIs: one that checks JWTs by itself, and one that asks about tokens. */
@SpringBootConfiguration
@EnableAutoConfiguration
class Web {
    @Bean
    @Order(1)
    SecurityFilterChain jwt(HttpSecurity http, Environment settings) throws Exception {
        String issuer = settings.getProperty("api.issuer");
        // MonoCloud's are of the type at+jwt (RFC 9068), which Spring takes by these validators alone.
        var decoder = NimbusJwtDecoder.withIssuerLocation(issuer).validateType(false).build();
        decoder.setJwtValidator(JwtValidators.createAtJwtValidator().issuer(issuer).audience("https://api.example.com")
            .clientId("monocloud-device").build());
        return http.securityMatcher("/jwt/**").authorizeHttpRequests(all -> all.anyRequest().authenticated())
            .oauth2ResourceServer(server -> server.jwt(jwt -> jwt.decoder(decoder))).build();
    }

    @Bean
    @Order(2)
    SecurityFilterChain opaque(HttpSecurity http, Environment settings) throws Exception {
        var introspector = SpringOpaqueTokenIntrospector.withIntrospectionUri(settings.getProperty("api.introspection"))
            .clientId("zitadel-api").clientSecret("zitadel-api-secret").build();
        return http.securityMatcher("/opaque/**").authorizeHttpRequests(all -> all.anyRequest().authenticated())
            .oauth2ResourceServer(server -> server.opaqueToken(opaque -> opaque.introspector(introspector))).build();
    }

    @Bean
    @Order(3)
    SecurityFilterChain login(HttpSecurity http, ClientRegistrationRepository clients) throws Exception {
        var logout = new OidcClientInitiatedLogoutSuccessHandler(clients);
        logout.setPostLogoutRedirectUri("http://localhost:3000/");
        return http.csrf(csrf -> csrf.disable()).authorizeHttpRequests(all -> all.anyRequest().authenticated())
            .oauth2Login(login -> login.defaultSuccessUrl("/me", true).failureHandler((request, answer, error) -> {
                answer.setStatus(401);
                answer.getWriter().print(describe(error));
            }))
            .logout(out -> out.logoutSuccessHandler(logout)).oidcLogout(out -> out.backChannel(Customizer.withDefaults())).build();
    }

    /** The error as Spring has it. */
    static String describe(Exception error) {
        String code = error instanceof OAuth2AuthenticationException found ? found.getError().getErrorCode()
            : error instanceof OAuth2AuthorizationException found ? found.getError().getErrorCode() : "";
        return error.getClass().getSimpleName() + " " + code + " " + error.getMessage();
    }

    /** Refreshes at each use, as if the token were always about to expire. */
    @Bean
    OAuth2AuthorizedClientManager refreshing(ClientRegistrationRepository clients, OAuth2AuthorizedClientRepository authorized) {
        var manager = new DefaultOAuth2AuthorizedClientManager(clients, authorized);
        manager.setAuthorizedClientProvider(OAuth2AuthorizedClientProviderBuilder.builder().authorizationCode()
            .refreshToken(refresh -> refresh.clockSkew(Duration.ofDays(2))).build());
        return manager;
    }

    @RestController
    static class Pages {
        @Autowired
        private OAuth2AuthorizedClientManager manager;
        @Autowired
        private OAuth2AuthorizedClientRepository authorized;

        private OAuth2AuthorizedClient client(OAuth2AuthenticationToken user, HttpServletRequest request) {
            return authorized.loadAuthorizedClient(user.getAuthorizedClientRegistrationId(), user, request);
        }

        @GetMapping("/me")
        Map<String, Object> me(OAuth2AuthenticationToken user, HttpServletRequest request) {
            String name = String.valueOf((Object) user.getPrincipal().getAttribute("name"));
            return Map.of("sub", user.getName(), "name", name, "token", client(user, request).getAccessToken().getTokenValue());
        }

        @GetMapping("/refresh")
        Map<String, Object> refresh(OAuth2AuthenticationToken user) {
            var request = OAuth2AuthorizeRequest.withClientRegistrationId(user.getAuthorizedClientRegistrationId()).principal(user).build();
            try {
                return Map.of("token", manager.authorize(request).getAccessToken().getTokenValue());
            } catch (OAuth2AuthorizationException error) {
                return Map.of("error", describe(error));
            }
        }

        @GetMapping("/{api:jwt|opaque}/me")
        Map<String, Object> api(@PathVariable String api, java.security.Principal user) {
            return Map.of("sub", user.getName());
        }
    }
}
