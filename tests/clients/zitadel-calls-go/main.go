// The calls that zitadel-go, NetBird and the Terraform provider make, which the module proxy does not have: each is a
// story of its own, written after their public source, by the libraries that they stand on, unmodified: grpc-go with
// zitadel/oidc's tokens of a key file, and net/http. Descriptors come by reflection in place of generated code.
//
// go run . URL, with the variables of `fauxidp env URL`. The last line on stdout is `<package> <version>: <n> checks`.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"

	"fauxidp.dev/clients/signin"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	reflection "google.golang.org/grpc/reflection/grpc_reflection_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"
)

const (
	organization = "69629023906488334"
	password     = signin.Password

	management     = "zitadel.management.v1.ManagementService"
	admin          = "zitadel.admin.v1.AdminService"
	auth           = "zitadel.auth.v1.AuthService"
	users          = "zitadel.user.v2.UserService"
	organizations  = "zitadel.org.v2.OrganizationService"
	projects       = "zitadel.project.v2.ProjectService"
	sessions       = "zitadel.session.v2.SessionService"
	authorizations = "zitadel.authorization.v2.AuthorizationService"
)

type object = signin.Object

// descriptors reads what the server says of its services, and of what they need.
func descriptors(connection *grpc.ClientConn, services ...string) *protoregistry.Files {
	stream := signin.Must(reflection.NewServerReflectionClient(connection).ServerReflectionInfo(context.Background()))
	known := map[string]*descriptorpb.FileDescriptorProto{}
	ask := func(request *reflection.ServerReflectionRequest) {
		if err := stream.Send(request); err != nil {
			panic(err)
		}
		for _, bytes := range signin.Must(stream.Recv()).GetFileDescriptorResponse().GetFileDescriptorProto() {
			file := &descriptorpb.FileDescriptorProto{}
			if err := proto.Unmarshal(bytes, file); err != nil {
				panic(err)
			}
			known[file.GetName()] = file
		}
	}
	for _, service := range services {
		ask(&reflection.ServerReflectionRequest{
			MessageRequest: &reflection.ServerReflectionRequest_FileContainingSymbol{FileContainingSymbol: service},
		})
	}
	set := &descriptorpb.FileDescriptorSet{}
	for _, file := range known {
		set.File = append(set.File, file)
	}
	return signin.Must(protodesc.FileOptions{AllowUnresolvable: true}.NewFiles(set))
}

// client calls as one caller in one organisation.
type client struct {
	connection   *grpc.ClientConn
	files        *protoregistry.Files
	token        string
	organization string
}

func (client client) as(token string) client {
	client.token = token
	return client
}

func (client client) in(organization string) client {
	client.organization = organization
	return client
}

// try makes a call.
func (client client) try(service, method string, request object) (object, error) {
	found := signin.Must(client.files.FindDescriptorByName(protoreflect.FullName(service)))
	descriptor := found.(protoreflect.ServiceDescriptor).Methods().ByName(protoreflect.Name(method))
	input, output := dynamicpb.NewMessage(descriptor.Input()), dynamicpb.NewMessage(descriptor.Output())
	if request == nil {
		request = object{}
	}
	if err := protojson.Unmarshal(signin.Must(json.Marshal(request)), input); err != nil {
		return nil, fmt.Errorf("%s does not read %v: %w", method, request, err)
	}
	background := context.Background()
	if client.token != "" {
		background = metadata.AppendToOutgoingContext(background, "authorization", "Bearer "+client.token)
	}
	if client.organization != "" {
		background = metadata.AppendToOutgoingContext(background, "x-zitadel-orgid", client.organization)
	}
	if err := client.connection.Invoke(background, "/"+service+"/"+method, input, output); err != nil {
		return nil, err
	}
	answer := object{}
	if err := json.Unmarshal(signin.Must(protojson.Marshal(output)), &answer); err != nil {
		return nil, err
	}
	return answer, nil
}

// call makes a call that succeeds.
func (client client) call(service, method string, request object) object {
	answer, err := client.try(service, method, request)
	signin.That(err == nil, "%s %v: %v", method, request, err)
	return answer
}

// refused makes a call that is refused.
func (client client) refused(code codes.Code, message, service, method string, request object) {
	_, err := client.try(service, method, request)
	state := status.Convert(err)
	signin.That(state.Code() == code && state.Message() == message, "%s %v: %v", method, request, err)
}

func codeOf(err error) codes.Code { return status.Code(err) }

// at is a member of an answer, by its path: `at(answer, "user.human.email")`.
func at(value any, path string) any {
	for name := range strings.SplitSeq(path, ".") {
		members, _ := value.(object)
		value = members[name]
	}
	return value
}

func equal(what string, value, expected any) {
	signin.That(fmt.Sprint(value) == fmt.Sprint(expected), "%s: %v, not %v", what, value, expected)
}

func reset() {
	answer := signin.Must(http.Post(signin.Plain()+"/__fauxidp/worlds/default/reset", "", nil))
	signin.That(answer.StatusCode == http.StatusOK, "the world is not reset")
}

func main() {
	address := strings.TrimPrefix(signin.Plain(), "http://")
	connection := signin.Must(grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials())))
	defer connection.Close()
	services := []string{management, admin, auth, users, organizations, projects, sessions, authorizations}
	caller := client{connection, descriptors(connection, services...), os.Getenv("ZITADEL_TOKEN"), ""}
	for _, story := range []func(client){stubs, searches, zitadelGo, terraform, func(client) { netbird() }} {
		reset()
		story(caller)
	}
	fmt.Printf("grpc-go %s: %d checks\n", grpc.Version, signin.Checks)
}
