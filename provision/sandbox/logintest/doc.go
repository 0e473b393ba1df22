// Package logintest tells what becomes of logins, as stories: the engine applies a tenant's answers to a sandbox, and
// people with a browser and a phone, honest and not, meet the deployed Action and form there. Every story ends with the
// question that matters: did an authorization code reach the application, and does the profile hold a verified number?
package logintest
