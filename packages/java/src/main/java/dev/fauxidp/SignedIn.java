package dev.fauxidp;

import java.util.List;
import java.util.Map;

/**
 * A user who signed in, as far as a browser gets.
 *
 * @param callbackUrl where the browser would be sent
 * @param code the code for the application
 * @param sessionId the session, as the vendor's API shows it
 * @param cookies as browser drivers read them
 * @param storageState JSON, as Playwright reads it
 */
public record SignedIn(
        String callbackUrl, String code, String sessionId, List<Map<String, Object>> cookies, String storageState) {
    static SignedIn of(Map<String, Object> shown) {
        return new SignedIn(
                (String) shown.get("callback_url"),
                (String) shown.get("code"),
                (String) shown.get("session_id"),
                Json.objects(shown.get("cookies")),
                Json.write(shown.get("storage_state")));
    }
}
