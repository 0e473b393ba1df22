// Package flow is what the full-screen wizard, the line dialogue and the self-playing mode share: what has been answered, what is
// asked, and the Backend that does the work. It knows no terminal.
package flow
