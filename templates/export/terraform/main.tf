# Phone verification at first login, written by phonegate. The answers are in phonegate.auto.tfvars.json; no file holds a secret.
# Credentials come from the environment: AUTH0_CLIENT_ID, AUTH0_CLIENT_SECRET (the providers' own names) and VERCEL_API_TOKEN.

terraform {
  required_version = ">= 1.5"
  required_providers {
    auth0 = {
      source  = "auth0/auth0"
      version = "~> 1.10"
    }
    vercel = {
      source  = "vercel/vercel"
      version = ">= 2.0"
    }
  }
}

provider "auth0" {
  domain = var.auth0_domain
}

provider "vercel" {
  team = var.vercel_team
}

locals {
  form_url = coalesce(var.form_url, "https://${var.vercel_project}.vercel.app")

  # Action and form share one key. Its name certifies the session secret, and is no secret itself; the minute in it orders keys.
  key_name  = nonsensitive("PHONEGATE_KEY_202601010000_${substr(sha256("phonegate/key/2|${var.session_secret}"), 0, 16)}")
  key_value = join(".", [var.session_secret, var.twilio_api_key, var.twilio_api_secret, var.twilio_verify_service])
}

# The page on which users type the code.

resource "vercel_project" "form" {
  name = var.vercel_project
}

# The form talks to Twilio only where it is the one to check the code.
resource "vercel_project_environment_variable" "key" {
  project_id = vercel_project.form.id
  key        = local.key_name
  value      = var.code_check == "form" ? local.key_value : var.session_secret
  target     = ["production"]
  sensitive  = true
}

data "vercel_project_directory" "form" {
  path = "${path.module}/form"
}

resource "vercel_deployment" "form" {
  project_id  = vercel_project.form.id
  files       = data.vercel_project_directory.form.files
  path_prefix = data.vercel_project_directory.form.path
  production  = true
  depends_on  = [vercel_project_environment_variable.key]
}

# The Action, and its place in the post-login flow.

resource "auth0_action" "verify_phone_number" {
  name    = var.action_name
  runtime = "node22"
  deploy  = true
  code    = file("${path.module}/action/verify-phone-number.js")

  supported_triggers {
    id      = "post-login"
    version = "v3"
  }
  secrets {
    name  = "FORM_URL"
    value = local.form_url
  }
  secrets {
    name  = local.key_name
    value = local.key_value
  }
}

# auth0_trigger_action adds this one Action behind those that are bound already. auth0_trigger_actions (with an s) would own
# the whole flow and unbind all others.
resource "auth0_trigger_action" "verify_phone_number" {
  trigger      = "post-login"
  action_id    = auth0_action.verify_phone_number.id
  display_name = var.action_name
  depends_on   = [vercel_deployment.form, auth0_pages.login]
}

# The Classic login page with the phone field at sign-up. For one application alone put the page into custom_login_page
# of its auth0_client, with custom_login_page_on = true.
resource "auth0_pages" "login" {
  count = var.login_page == "tenant" ? 1 : 0
  login {
    enabled = true
    html    = file("${path.module}/lock/login-page.html")
  }
}

output "form_url" {
  value = local.form_url
}
