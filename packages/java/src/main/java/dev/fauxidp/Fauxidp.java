package dev.fauxidp;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A running server: one that this process starts, or one that is there already. */
public final class Fauxidp implements AutoCloseable {
    private static final Pattern READY = Pattern.compile("fauxidp ready (http:\\S+)");

    private final String url;
    private final Process child;
    private final Thread hook;

    private Fauxidp(String url, Process child) {
        this.url = url;
        this.child = child;
        this.hook = child == null ? null : new Thread(child::destroy);
        if (hook != null) {
            Runtime.getRuntime().addShutdownHook(hook);
        }
    }

    /**
     * Starts a server on a free port; it ends with this process at the latest.
     *
     * <p>Where {@code FAUXIDP_URL} is set and there are no flags, that server is used, and is not stopped.
     *
     * @param flags of the command line, such as {@code --people=100}
     */
    public static Fauxidp start(String... flags) {
        String running = System.getenv("FAUXIDP_URL");
        if (running != null && !running.isEmpty() && flags.length == 0) {
            return at(running);
        }
        List<String> command = new ArrayList<>(
                List.of(Binary.find().toString(), "--listen", "127.0.0.1:0", "--exit-with-parent"));
        command.addAll(List.of(flags));
        try {
            Path log = Files.createTempFile("fauxidp", ".log");
            try {
                return spawned(command, log);
            } finally {
                Files.deleteIfExists(log);
            }
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
    }

    /**
     * A server that runs already, and is not stopped.
     *
     * @param url its address, such as {@code http://127.0.0.1:8484}
     */
    public static Fauxidp at(String url) {
        String base = url.replaceAll("/+$", "");
        Control.call(base, "GET", "health", null);
        return new Fauxidp(base, null);
    }

    private static Fauxidp spawned(List<String> command, Path log) throws IOException {
        Process child = new ProcessBuilder(command).redirectError(log.toFile()).start();
        BufferedReader out = child.inputReader();
        String line = String.valueOf(out.readLine());
        Matcher ready = READY.matcher(line);
        if (!ready.matches()) {
            child.destroyForcibly();
            throw new IllegalStateException(
                    "The server did not start: its first line is " + line + "\n" + Files.readString(log));
        }
        return new Fauxidp(ready.group(1), child);
    }

    /** Its address, such as {@code http://127.0.0.1:8484}. */
    public String url() {
        return url;
    }

    /** A world that nobody else has. */
    public World world() {
        return world(Names.forWorld("world"));
    }

    /** The world of that name. It is made if it is not there. */
    public World world(String name) {
        return new World(url, name);
    }

    /** The names of all worlds. */
    public List<String> worlds() {
        List<?> names = (List<?>) Json.object(Control.call(url, "GET", "worlds", null)).get("worlds");
        return names.stream().map(String::valueOf).toList();
    }

    /** The certificate that clients have to trust to speak TLS with it, as PEM. */
    public String certificate() {
        return (String) Control.call(url, "GET", "ca.pem", null);
    }

    /** Stops it. One that this process did not start goes on. */
    public void stop() {
        if (child == null || !child.isAlive()) {
            return;
        }
        child.destroy();
        try {
            if (!child.waitFor(10, TimeUnit.SECONDS)) {
                child.destroyForcibly();
            }
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (InterruptedException error) {
            Thread.currentThread().interrupt();
        } catch (IllegalStateException error) {
            // The process is ending, which runs the hook.
        }
    }

    @Override
    public void close() {
        stop();
    }
}
