// Package config is phonegate.yaml and the table of questions: every answer has a key in
// the file, a flag, an environment name and a prompt, all from one row.
package config
