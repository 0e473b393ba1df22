//go:build !race

package logintest

const crowd = 200
