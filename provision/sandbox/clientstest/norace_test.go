//go:build !race

package clientstest

const users = 1000
