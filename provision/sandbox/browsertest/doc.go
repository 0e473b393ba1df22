// Package browsertest holds the test in which a person's part is played by Chromium: what the engine has deployed to
// the sandbox is used through its proxy, with the Lock that npm has. The browser's side of it is in .ci/browser.
package browsertest
