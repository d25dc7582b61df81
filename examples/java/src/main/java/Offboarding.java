import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Takes a person's access away at three vendors. Goes on where one fails, and writes down what came of each. */
public final class Offboarding {
    private static final int TRIES = 4;
    /** How long is waited for a vendor that says nothing about it. */
    private static final long PAUSE_MS = 50;

    /** How a vendor is reached. */
    public record Vendor(String url, String credential, String tenant) {}

    /** What came of one vendor. Status 0 is no answer, so that it is not known what the vendor did. */
    public record Entry(String vendor, String user, boolean done, int tries, int status) {}

    private record Answer(int status, String text, long pause) {}

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Map<String, Vendor> vendors;
    private final Consumer<Entry> audit;

    public Offboarding(Map<String, Vendor> vendors, Consumer<Entry> audit) {
        this.vendors = vendors;
        this.audit = audit;
    }

    /** Whether all is done. {@code accounts} has the user's id at each vendor. */
    public boolean offboard(Map<String, String> accounts) throws InterruptedException {
        boolean done = true;
        for (Map.Entry<String, String> account : accounts.entrySet()) {
            Entry entry = disabled(account.getKey(), account.getValue());
            audit.accept(entry);
            done &= entry.done();
        }
        return done;
    }

    private Entry disabled(String vendor, String user) throws InterruptedException {
        HttpRequest request = request(vendor, user, vendors.get(vendor));
        for (int tries = 1; ; tries++) {
            Answer answer = sent(request);
            int status = answer.status();
            if (status / 100 == 2 || isDone(vendor, answer)) {
                return new Entry(vendor, user, true, tries, status);
            }
            boolean mayPass = status == 0 || status == 429 || status >= 500;
            if (!mayPass || tries == TRIES) {
                return new Entry(vendor, user, false, tries, status);
            }
            Thread.sleep(answer.pause());
        }
    }

    /** Whether a refusal says that there is nothing left to do. */
    private static boolean isDone(String vendor, Answer answer) {
        return switch (vendor) {
            case "zitadel" -> answer.status() == 400 && answer.text().contains("COMMAND-5gunjw0cd7");
            case "jitsudo" -> answer.status() == 409;
            default -> false;
        };
    }

    private static HttpRequest request(String vendor, String user, Vendor at) {
        List<String> call = switch (vendor) {
            case "monocloud" -> List.of("/api/users/%s/disable", "{\"revoke_sessions\": true}");
            case "zitadel" -> List.of("/v2/users/%s/deactivate", "{}");
            default -> List.of("/v1/users/%s/suspend", "{\"active\": false}");
        };
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(at.url() + call.get(0).formatted(user)))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(call.get(1)));
        if (vendor.equals("monocloud")) {
            return request.header("X-API-KEY", at.credential()).build();
        }
        request.header("Authorization", "Bearer " + at.credential());
        return vendor.equals("jitsudo") ? request.header("X-Tenant-ID", at.tenant()).build() : request.build();
    }

    private Answer sent(HttpRequest request) throws InterruptedException {
        try {
            HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
            long pause = answer.headers().firstValueAsLong("retry-after").stream()
                    .map(seconds -> seconds * 1000)
                    .findFirst()
                    .orElse(PAUSE_MS);
            return new Answer(answer.statusCode(), answer.body(), pause);
        } catch (IOException error) {
            return new Answer(0, "", PAUSE_MS);
        }
    }
}
