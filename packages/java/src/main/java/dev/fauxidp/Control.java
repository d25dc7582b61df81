package dev.fauxidp;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Calls the control API of a server. */
final class Control {
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).proxy(HttpClient.Builder.NO_PROXY).build();

    private Control() {}

    /** The answer to a call of a path below {@code /__fauxidp/}: JSON, or a text. */
    static Object call(String base, String method, String path, Object body) {
        HttpRequest.BodyPublisher sent =
                body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(Json.write(body));
        HttpRequest request = HttpRequest.newBuilder(URI.create(base + "/__fauxidp/" + path))
                .method(method, sent)
                .timeout(Duration.ofSeconds(30))
                .build();
        HttpResponse<String> answer;
        try {
            answer = CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException error) {
            throw pointed(new FauxidpException("Nobody answers at " + base + ": " + error, 0, Map.of()));
        } catch (InterruptedException error) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(error);
        }
        boolean isJson = answer.headers().firstValue("content-type").orElse("").contains("json");
        Object found = isJson ? Json.read(answer.body()) : answer.body();
        if (answer.statusCode() < 300) {
            return found;
        }
        Map<String, Object> problem = isJson ? Json.object(found) : Map.of();
        String detail = String.valueOf(problem.getOrDefault("detail", answer.body().stripTrailing()));
        if (answer.statusCode() == 409 && (path.endsWith("/verify") || path.contains("/report?"))) {
            List<?> calls = (List<?>) problem.getOrDefault("nearest", List.of());
            List<String> nearest = calls.stream().map(String::valueOf).toList();
            StringBuilder text = new StringBuilder(detail);
            nearest.forEach(call -> text.append("\n  near: ").append(call));
            throw pointed(new VerificationError(text.toString(), nearest));
        }
        throw pointed(new FauxidpException(detail, answer.statusCode(), problem));
    }

    /** The same error as if it came from the line of the test. */
    private static <E extends Throwable> E pointed(E error) {
        StackTraceElement[] frames = error.getStackTrace();
        int first = 0;
        while (first < frames.length && frames[first].getClassName().matches("dev\\.fauxidp\\.(Control|World|Clock|Fauxidp)")) {
            first++;
        }
        error.setStackTrace(Arrays.copyOfRange(frames, first, frames.length));
        return error;
    }
}
