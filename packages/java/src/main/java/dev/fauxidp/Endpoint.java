package dev.fauxidp;

import java.util.Map;
import java.util.TreeMap;

/**
 * How a vendor's clients reach a world.
 *
 * @param vendor its name
 * @param url with {@code http://}
 * @param tlsUrl the same with {@code https://}, for clients that refuse plain HTTP
 * @param credential may do everything, in this world
 * @param environment the environment variables that the vendor's own clients read
 */
public record Endpoint(String vendor, String url, String tlsUrl, String credential, Map<String, String> environment) {
    static Endpoint of(Map<String, Object> shown) {
        Map<String, String> environment = new TreeMap<>();
        Json.object(shown.get("environment")).forEach((name, value) -> environment.put(name, (String) value));
        return new Endpoint(
                (String) shown.get("vendor"),
                (String) shown.get("url"),
                (String) shown.get("tls_url"),
                (String) shown.get("credential"),
                environment);
    }
}
