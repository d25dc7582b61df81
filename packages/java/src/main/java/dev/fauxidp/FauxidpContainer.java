package dev.fauxidp;

import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/** A server in a container, by Testcontainers, which the project brings. Arguments go in by {@code withCommand}. */
public final class FauxidpContainer extends GenericContainer<FauxidpContainer> {
    private static final int PORT = 8484;

    /** The image of this version. */
    public FauxidpContainer() {
        this(Binary.IMAGE);
    }

    /** Another image. */
    public FauxidpContainer(String image) {
        super(DockerImageName.parse(image));
        withExposedPorts(PORT);
        waitingFor(Wait.forHttp("/__fauxidp/health").forPort(PORT));
    }

    /** The server in it, once it is started. Its end is the container's. */
    public Fauxidp server() {
        return Fauxidp.at("http://" + getHost() + ":" + getMappedPort(PORT));
    }
}
