package fauxidptest

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
)

// Server is a running server.
type Server struct {
	// URL is its address, such as http://127.0.0.1:8484.
	URL   string
	child *exec.Cmd
}

var shared = sync.OnceValues(func() (*Server, error) { return start() })

// Start starts a server that stops when the test ends. The flags are those of the command line, such as --people=100.
//
// Where FAUXIDP_URL is set and there are no flags, that server is used, and is not stopped.
func Start(t testing.TB, flags ...string) *Server {
	t.Helper()
	server, err := start(flags...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.stop)
	return server
}

// World is a world for this test alone, dropped when the test ends. All tests of the process share a server.
func World(t testing.TB) *TestWorld {
	t.Helper()
	server, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	return server.World(t)
}

// World is a world for this test alone, dropped when the test ends.
func (s *Server) World(t testing.TB) *TestWorld {
	t.Helper()
	world := s.WorldOf(t, WorldName(t.Name()))
	t.Cleanup(func() {
		if err := world.drop(); err != nil {
			t.Error(err)
		}
	})
	return world
}

// WorldOf is the world of that name, which is made if it is not there, and stays.
func (s *Server) WorldOf(t testing.TB, name string) *TestWorld {
	t.Helper()
	world, err := enter(t, s.URL, name)
	if err != nil {
		t.Fatal(err)
	}
	return world
}

// Worlds are the names of all worlds.
func (s *Server) Worlds(t testing.TB) []string {
	t.Helper()
	var shown struct{ Worlds []string }
	if err := control(s.URL, "GET", "worlds", nil, &shown); err != nil {
		t.Fatal(err)
	}
	return shown.Worlds
}

// Certificate is what clients have to trust to speak TLS with it, as PEM.
func (s *Server) Certificate(t testing.TB) string {
	t.Helper()
	var pem string
	if err := control(s.URL, "GET", "ca.pem", nil, &pem); err != nil {
		t.Fatal(err)
	}
	return pem
}

func start(flags ...string) (*Server, error) {
	if running := os.Getenv("FAUXIDP_URL"); running != "" && len(flags) == 0 {
		url := strings.TrimRight(running, "/")
		return &Server{URL: url}, control(url, "GET", "health", nil, nil)
	}
	binary, err := FindBinary()
	if err != nil {
		return nil, err
	}
	var log bytes.Buffer
	child := exec.Command(binary, append([]string{"--listen", "127.0.0.1:0", "--exit-with-parent"}, flags...)...)
	child.Stderr = &log
	out, err := child.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := child.Start(); err != nil {
		return nil, err
	}
	line, _ := bufio.NewReader(out).ReadString('\n')
	url, found := strings.CutPrefix(strings.TrimSpace(line), "fauxidp ready ")
	if !found {
		_ = child.Process.Kill()
		_ = child.Wait() // the log is whole then
		return nil, fmt.Errorf("the server did not start: its first line is %q\n%s", line, &log)
	}
	return &Server{URL: url, child: child}, nil
}

func (s *Server) stop() {
	if s.child == nil {
		return
	}
	if err := s.child.Process.Signal(os.Interrupt); err != nil {
		_ = s.child.Process.Kill() // where there are no signals
	}
	_ = s.child.Wait()
}
