package dev.fauxidp;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Finds the server's binary: FAUXIDP_BIN, the classifier's jar, PATH, in that order. */
final class Binary {
    private static final boolean IS_WINDOWS = System.getProperty("os.name").startsWith("Windows");
    private static final String PROGRAM = IS_WINDOWS ? "fauxidp.exe" : "fauxidp";

    /** The image of this version. */
    static final String IMAGE = "ghcr.io/fauxidp/fauxidp:0.1.0";

    private Binary() {}

    static Path find() {
        String given = System.getenv("FAUXIDP_BIN");
        if (given != null && !given.isEmpty()) {
            Path path = Path.of(given);
            if (!isProgram(path)) {
                throw new IllegalStateException("FAUXIDP_BIN is " + given + ", which is no program that can be run");
            }
            return path;
        }
        try (InputStream own = Binary.class.getResourceAsStream("bin/" + platform() + "/" + PROGRAM)) {
            return own != null ? unpacked(own) : onPath();
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
    }

    /** The platform as the classifiers name it, such as {@code linux-x86_64}. */
    static String platform() {
        String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String name = system.startsWith("windows") ? "windows" : system.startsWith("mac") ? "macos" : "linux";
        String machine = System.getProperty("os.arch");
        return name + "-" + (machine.equals("amd64") ? "x86_64" : machine.equals("arm64") ? "aarch64" : machine);
    }

    private static Path unpacked(InputStream own) throws IOException {
        Path folder = Files.createTempDirectory("fauxidp");
        Path path = folder.resolve(PROGRAM);
        Files.copy(own, path);
        if (!path.toFile().setExecutable(true)) {
            throw new IOException("cannot make " + path + " executable");
        }
        folder.toFile().deleteOnExit(); // after the file: the last one registered goes first
        path.toFile().deleteOnExit();
        return path;
    }

    private static Path onPath() {
        String folders = System.getenv().getOrDefault("PATH", "");
        for (String folder : folders.split(File.pathSeparator)) {
            Path path = Path.of(folder, PROGRAM);
            if (!folder.isEmpty() && isProgram(path)) {
                return path;
            }
        }
        throw new IllegalStateException(
                "There is no fauxidp for " + platform() + " in FAUXIDP_BIN, in a jar and on PATH.\n"
                        + "Add dev.fauxidp:fauxidp with the classifier " + platform() + ", install one with "
                        + "\"cargo install fauxidp\", or run \"docker run -p 127.0.0.1:8484:8484 " + IMAGE + "\" and set "
                        + "FAUXIDP_URL=http://127.0.0.1:8484.");
    }

    private static boolean isProgram(Path path) {
        return Files.isRegularFile(path) && Files.isExecutable(path);
    }
}
