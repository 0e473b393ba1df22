variable "auth0_domain" {
  type        = string
  description = "The tenant's own domain."
}

variable "action_name" {
  type        = string
  description = "The Action's name in the tenant."
}

variable "code_check" {
  type        = string
  description = "Who checks the code with Twilio: form or action. The files are made for it."
}

variable "login_page" {
  type        = string
  description = "Which login page gets the phone field: tenant, client or none."
}

variable "vercel_project" {
  type        = string
  description = "The form's project."
}

variable "vercel_team" {
  type        = string
  default     = null
  description = "The Vercel team that owns the project; null for a personal account."
}

variable "form_url" {
  type        = string
  default     = null
  description = "The form's public address, if it is not the project's own."
}

# Secrets have no value here. Give them as TF_VAR_session_secret and so on, from where your other secrets come from.
# Terraform keeps what it sets in its state: guard that as you guard the secrets.

# openssl rand -base64 32 | tr '+/' '-_' | tr -d '='
variable "session_secret" {
  type        = string
  sensitive   = true
  description = "32 random bytes as base64url. Action and form sign with it. Changing it breaks the logins under way."
  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{32,}$", var.session_secret))
    error_message = "The session secret has 32 or more of these characters: A-Z, a-z, 0-9, _ and -."
  }
}

variable "twilio_api_key" {
  type        = string
  sensitive   = true
  description = "A Twilio API key for the Action and the form, SK..."
}

variable "twilio_api_secret" {
  type        = string
  sensitive   = true
  description = "The key's secret."
}

variable "twilio_verify_service" {
  type        = string
  description = "The Verify service, VA..., with codes of the length that the form asks for. Twilio's provider for Terraform is not kept up, so it is made in Twilio's console or by its CLI: twilio api:verify:v2:services:create."
}
