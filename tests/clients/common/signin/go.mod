module fauxidp.dev/clients/signin

go 1.24
