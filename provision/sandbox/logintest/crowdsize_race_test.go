//go:build race

package logintest

// Under the race detector the JavaScript engine is some thirty times slower.
const crowd = 40
