package directory

import "phonegate/provision/sandbox/auth0/tenant"

// Rows are the operations on applications, connections, users and APIs.
func (s *Directory) Rows() []tenant.Row {
	readClients := []string{"read:clients", "read:client_keys", "read:client_credentials", "read:client_summary"}
	rows := []tenant.Row{
		tenant.API("GET", "/clients", "", s.listClients, tenant.Recording+": TestClient_List, TestAccPages", ""),
		tenant.API("POST", "/clients", "create:clients", s.createClient, tenant.Recording+": TestClient_Create", ""),
		tenant.API("GET", "/clients/{id}", "", s.getClient, tenant.Recording+": TestClient_Read", ""),
		tenant.API("PATCH", "/clients/{id}", "update:clients", s.patchClient, tenant.Recording+": TestClient_Update, TestAccPages", ""),
		tenant.API("DELETE", "/clients/{id}", "delete:clients", s.deleteClient, tenant.Recording+": TestClient_Delete", "deleting the global client"),
		tenant.API("GET", "/client-grants", "read:client_grants", s.listGrants, tenant.Recording+": TestClientGrantManager_List", ""),
		tenant.API("POST", "/client-grants", "create:client_grants", s.createGrant, tenant.Recording+": TestClientGrantManager_Create", "text of the conflict"),
		tenant.API("PATCH", "/client-grants/{id}", "update:client_grants", s.patchGrant, tenant.Recording+": TestClientGrantManager_Update", ""),
		tenant.API("DELETE", "/client-grants/{id}", "delete:client_grants", s.deleteGrant, tenant.Recording+": TestClientGrantManager_Delete", ""),
		tenant.API("GET", "/connections", "read:connections", s.listConnections, tenant.Recording+": TestConnectionManager_List", ""),
		tenant.API("GET", "/connections/{id}", "read:connections", s.getConnection, tenant.Recording+": TestConnectionManager_Read", "which scopes show options"),
		tenant.API("PATCH", "/connections/{id}", "update:connections", s.patchConnection, tenant.Recording+": TestConnectionManager_Update", ""),
		tenant.API("GET", "/connections/{id}/clients", "read:connections", s.connectionClients, tenant.Recording+": TestConnectionManager_EnabledClients", ""),
		tenant.API("PATCH", "/connections/{id}/clients", "update:connections", s.patchConnectionClients, tenant.Recording+": TestConnectionManager_UpdateEnabledClients_*", ""),
		tenant.API("GET", "/users", "read:users", s.listUsers, tenant.Recording+": TestUserManager_Search; terms joined by AND only", "how late search is", userSearch),
		tenant.API("POST", "/users", "create:users", s.createUser, tenant.Recording+": TestUserManager_Create", ""),
		tenant.API("GET", "/users-by-email", "read:users", s.usersByEmail, tenant.Recording+": TestUserManager_ListByEmail", ""),
		tenant.API("GET", "/users/{id}", "read:users", s.getUser, tenant.Recording+": TestUserManager_Read", ""),
		tenant.API("PATCH", "/users/{id}", "update:users", s.patchUser, tenant.Recording+": TestUserManager_Update", ""),
		tenant.API("DELETE", "/users/{id}", "delete:users", s.deleteUser, tenant.Recording+": TestUserManager_Delete", ""),
		tenant.API("GET", "/resource-servers", "read:resource_servers", s.listResourceServers, tenant.Recording+": TestResourceServer_List", ""),
		tenant.API("GET", "/resource-servers/{id}", "read:resource_servers", s.getResourceServer, tenant.Recording+": TestResourceServer_Read", ""),
	}
	for i := range rows {
		if rows[i].Scopes[0] == "" {
			rows[i].Scopes = readClients
		}
		switch rows[i].Method + " " + rows[i].Path {
		case "PATCH " + tenant.APIPath + "/users/{id}":
			rows[i].Scopes = []string{"update:users", "update:users_app_metadata"}
		case "PATCH " + tenant.APIPath + "/clients/{id}":
			rows[i].Scopes = []string{"update:clients", "update:client_keys"}
		}
	}
	return rows
}
