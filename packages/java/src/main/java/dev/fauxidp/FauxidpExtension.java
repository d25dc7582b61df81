package dev.fauxidp;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * The extension for JUnit 5: a test may have parameters of the types {@link World}, a world for this test alone that is
 * dropped after it, and {@link Fauxidp}, the server of the run.
 */
public final class FauxidpExtension implements ParameterResolver {
    private static final Namespace NAMESPACE = Namespace.create(FauxidpExtension.class);

    /** For {@code @ExtendWith}. */
    public FauxidpExtension() {}

    // JUnit closes what it stores: before 5.13 by the one interface, since then by the other.
    private record Running(Fauxidp server) implements Store.CloseableResource, AutoCloseable {
        @Override
        public void close() {
            server.stop();
        }
    }

    private record Made(World world) implements Store.CloseableResource, AutoCloseable {
        @Override
        public void close() {
            world.drop();
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == World.class || type == Fauxidp.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Fauxidp server = context.getRoot()
                .getStore(NAMESPACE)
                .getOrComputeIfAbsent("server", key -> new Running(Fauxidp.start()), Running.class)
                .server();
        if (parameter.getParameter().getType() == Fauxidp.class) {
            return server;
        }
        String test = context.getTestClass().map(Class::getSimpleName).orElse("") + "." + context.getDisplayName();
        return context.getStore(NAMESPACE)
                .getOrComputeIfAbsent("world", key -> new Made(server.world(Names.forWorld(test))), Made.class)
                .world();
    }
}
