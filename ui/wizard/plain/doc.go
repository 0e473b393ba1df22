// Package plain runs the wizard as appended lines: Accessible asks one question after another, Auto plays the sandbox by itself.
package plain
