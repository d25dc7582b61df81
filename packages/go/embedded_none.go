package fauxidptest

// embedded is the binary; a build of the module takes it from the module of each platform instead of this file.
var embedded []byte
