// Package clientstest runs programs that nobody here wrote on the sandbox: auth0-deploy-cli, the Vercel CLI, Twilio's
// helper library for Node, go-auth0, twilio-go, and Prism with the providers' own API descriptions in between. If they
// cannot tell the sandbox from the real services, phonegate's own tests on it mean something. The programs from npm
// are pinned in .ci/clients.
package clientstest
