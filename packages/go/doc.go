// Package fauxidptest gives a test a world of a server that stands in for MonoCloud, ZITADEL and jitsudo.
//
//	func TestOffboarding(t *testing.T) {
//		world := fauxidptest.World(t)
//		world.Fault("503;first=1", fauxidptest.Match{Operation: "disable_user"})
//		offboard(world.MonoCloud.URL, world.MonoCloud.Credential, "user-active")
//		world.Verify(fauxidptest.Match{Operation: "disable_user"}, fauxidptest.Times(2))
//	}
//
// The server is started when the first test asks for a world, and ends with the process. Where FAUXIDP_URL is set, the
// server there is used.
package fauxidptest
