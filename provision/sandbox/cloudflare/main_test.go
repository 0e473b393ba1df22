package cloudflare

import (
	"testing"

	"phonegate/provision/sandbox/world/worldtest"
)

func TestMain(m *testing.M) { worldtest.Main(m, "cloudflare") }
