import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fauxidp.FauxidpException;
import dev.fauxidp.FauxidpExtension;
import dev.fauxidp.Match;
import dev.fauxidp.SignIn;
import dev.fauxidp.World;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(FauxidpExtension.class)
class OffboardingServiceTest {
    private static final Map<String, String> ACCOUNTS = Map.of(
            "monocloud", "user-active",
            "zitadel", "human-active",
            "jitsudo", "00000000-0000-8000-8000-000000000002");

    private final Map<String, Offboarding.Entry> audit = new HashMap<>();

    /** Offboards in a world. */
    private boolean run(World world) throws InterruptedException {
        Map<String, Offboarding.Vendor> vendors = new HashMap<>();
        world.endpoints().forEach((name, at) -> vendors.put(
                name, new Offboarding.Vendor(at.url(), at.credential(), at.environment().get("JITSUDO_TENANT_ID"))));
        return new Offboarding(vendors, entry -> audit.put(entry.vendor(), entry)).offboard(ACCOUNTS);
    }

    @Test
    void whoIsOffboardedGetsInNowhere(World world) throws Exception {
        assertTrue(run(world));
        world.verify(Match.operation("disable_user").user("user-active").status(200), 1);
        world.verify(Match.operation("deactivate_user").user("human-active").status(200), 1);
        world.verify(Match.operation("suspend_user").status(200), 1);
        SignIn user = SignIn.at("monocloud", "user-active").client("monocloud-web");
        assertTrue(assertThrows(FauxidpException.class, () -> world.signIn(user)).getMessage().contains("access_denied"));
    }

    @Test
    void aVendorThatIsUnavailableForAWhileIsAskedAgain(World world) throws Exception {
        world.fault("503;retry-after=0;first=2", Match.operation("disable_user"));
        world.fault("429;retry-after=0;first=1", Match.operation("suspend_user"));
        assertTrue(run(world));
        assertEquals(3, audit.get("monocloud").tries());
        assertEquals(2, audit.get("jitsudo").tries());
    }

    @Test
    void aChangeWhoseAnswerIsLostIsNotTakenForAFailure(World world) throws Exception {
        world.fault("truncate;bytes=3;first=1", Match.operation("deactivate_user"));
        assertTrue(run(world));
        assertEquals(2, audit.get("zitadel").tries());
        world.verify(Match.operation("deactivate_user").status(400), 1); // "already inactive"
    }

    @Test
    void aRefusalIsFinalIsWrittenDownAndStopsNobodyElse(World world) throws Exception {
        world.fault("forbidden", Match.operation("deactivate_user").vendor("zitadel"));
        assertFalse(run(world));
        assertEquals(new Offboarding.Entry("zitadel", "human-active", false, 1, 403), audit.get("zitadel"));
        assertTrue(audit.get("monocloud").done() && audit.get("jitsudo").done());
    }

    @Test
    void aVendorThatStaysAwayIsGivenUp(World world) throws Exception {
        world.fault("500", Match.operation("suspend_user"));
        assertFalse(run(world));
        assertEquals(4, audit.get("jitsudo").tries());
        world.verify(Match.operation("suspend_user").status(500), 4);
    }
}
