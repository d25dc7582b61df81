import dev.fauxidp.FauxidpExtension;
import dev.fauxidp.Match;
import dev.fauxidp.World;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests that fail: they say why, where, and leave no world behind. */
@ExtendWith(FauxidpExtension.class)
class Red {
    @Test
    void isRed(World world) throws Exception {
        URI disable = URI.create(world.monocloud().url() + "/api/users/user-active/disable");
        HttpRequest.Builder request = HttpRequest.newBuilder(disable).POST(HttpRequest.BodyPublishers.noBody());
        request.header("X-API-KEY", world.monocloud().credential());
        HttpClient.newHttpClient().send(request.build(), BodyHandlers.discarding());
        world.verify(Match.operation("disable_user").user("user-blocked"), 1);
    }

    @Test
    void reportIsRed(World world) {
        world.report();
    }
}
