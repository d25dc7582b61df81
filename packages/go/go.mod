module fauxidp.dev/fauxidptest

go 1.22
